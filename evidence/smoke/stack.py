"""A stack on an emulator of AWS (moto) that runs in this process: functions with an alias, as template.yaml has
them."""

import json
import logging
import re

import boto3
from moto.server import ThreadedMotoServer

REGION = "eu-central-1"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_DEFAULT_REGION": REGION}
NAME = "nameplate-smoke"


class Stack:
    """Its functions are of the revision `revision`, and users sign in."""

    def __init__(self, operations, revision, table, issuer):
        logging.getLogger("werkzeug").disabled = True
        self.server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self.server.start()
        self.endpoint = "http://%s:%d" % self.server.get_host_and_port()
        role = self.client("iam").create_role(RoleName="smoke", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
        functions = {logical_id(operation): function(role, operation) for operation in operations}
        parameters = {"SignIn": "on", "JwtIssuer": issuer}
        self.client("cloudformation").create_stack(
            StackName=NAME,
            TemplateBody=json.dumps({
                "Parameters": {name: {"Type": "String"} for name in parameters},
                "Resources": functions,
                "Outputs": {"TableName": {"Value": table}},
            }),
            Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()],
        )
        self.functions = {
            found["LogicalResourceId"]: found["PhysicalResourceId"]
            for found in self.client("cloudformation").list_stack_resources(StackName=NAME)["StackResourceSummaries"]
        }
        self.aws_lambda = self.client("lambda")
        for name in self.functions.values():
            version = self.publish(name, revision)
            self.aws_lambda.create_alias(FunctionName=name, Name="live", FunctionVersion=version)

    def client(self, service):
        keys = {"aws_access_key_id": "local", "aws_secret_access_key": "local"}
        return boto3.client(service, region_name=REGION, endpoint_url=self.endpoint, **keys)

    def publish(self, name, revision):
        """A new version of the function, as SAM describes it."""
        self.aws_lambda.update_function_configuration(FunctionName=name, Description=f"an endpoint {revision}")
        return self.aws_lambda.publish_version(FunctionName=name)["Version"]

    def point(self, logical_name, revision):
        """Points the alias of a function to a version of that revision."""
        name = self.functions[logical_name]
        self.aws_lambda.update_alias(FunctionName=name, Name="live", FunctionVersion=self.publish(name, revision))

    def stop(self):
        self.server.stop()


def logical_id(operation):
    return re.sub(r"(^|-)(.)", lambda found: found[2].upper(), operation)


def function(role, operation):
    return {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "FunctionName": operation, "Role": role, "Runtime": "python3.12", "Handler": "index.handler",
            "Code": {"ZipFile": "def handler(event, context): pass"},
        },
    }

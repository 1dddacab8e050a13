"""The roles of bootstrap.yaml may do what a deployment of template.yaml takes, and no more.

    check.py FOLDER      writes into FOLDER what the linters read: bootstrap.json, and policies/*.json

CloudFormation's resource schemas name the actions that it calls for each type of resource. cfn-lint ships the schemas.
This program transforms template.yaml as SAM does, takes the actions for the types in it, and compares them with the
policies of each stage's role. What is left out or added on purpose stands below with its reason.

It needs aws-sam-cli and cfn-lint of PyPI, no account and no network. Exits with 0 when all is well.
"""

import json
import logging
import pathlib
import sys

from cfnlint.decode import decode
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER
from cfnlint.template import Template
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

REGION = "eu-central-1"
# A managed policy may have so many characters, without white space.
POLICY_LIMIT = 6144

# Actions that the schemas name and no role has, and why. A name that ends with a colon is of all that begin so.
NEVER_NEEDED = {
    "ec2:": "no function is in a VPC",
    "elasticfilesystem:": "no function has a file system",
    "s3files:": "no function has a file system",
    "kinesis:": "no table streams to Kinesis",
    "firehose:": "no log goes to Firehose",
    "s3:GetObjectMetadata": "no table is imported",
    "s3:REST.PUT.OBJECT": "no action of IAM",
    "s3:getObject": "s3:GetObject, in another case",
    "dynamodb:BatchWriteItem": "no table is imported; a deployment touches no item",
    "dynamodb:Query": "a deployment touches no item",
    "dynamodb:Scan": "a deployment touches no item",
    "dynamodb:AssociateTableReplica": "no table has a replica",
    "dynamodb:CreateTableReplica": "no table has a replica",
    "dynamodb:DescribeImport": "no table is imported",
    "dynamodb:ImportTable": "no table is imported",
    "dynamodb:DeleteResourcePolicy": "no table has a policy of its own",
    "dynamodb:PutResourcePolicy": "no table has a policy of its own",
    "dynamodb:DisableKinesisStreamingDestination": "no table streams to Kinesis",
    "dynamodb:EnableKinesisStreamingDestination": "no table streams to Kinesis",
    "dynamodb:UpdateKinesisStreamingDestination": "no table streams to Kinesis",
    "lambda:AssociateRuntimeAlias": "no action of IAM",
    "lambda:DeleteFunctionCodeSigningConfig": "no code is signed",
    "lambda:GetCodeSigningConfig": "no code is signed",
    "lambda:PutFunctionCodeSigningConfig": "no code is signed",
    "lambda:DeleteFunctionConcurrency": "the template reserves none; a restore does, by hand",
    "lambda:PutFunctionConcurrency": "the template reserves none; a restore does, by hand",
    "lambda:GetLayerVersion": "no function has a layer",
    "lambda:PassCapacityProvider": "no function has a capacity provider",
    "lambda:PutFunctionRecursionConfig": "no function sets it",
    "lambda:PutFunctionScalingConfig": "no function sets it",
    "lambda:DeleteProvisionedConcurrencyConfig": "no function has any",
    "lambda:PutProvisionedConcurrencyConfig": "no function has any",
    "iam:DeleteRolePermissionsBoundary": "no role loses its boundary",
    "iam:AttachGroupPolicy": "no policy is a group's",
    "iam:DetachGroupPolicy": "no policy is a group's",
    "iam:AttachUserPolicy": "no policy is a user's",
    "iam:DetachUserPolicy": "no policy is a user's",
    "logs:AssociateKmsKey": "no log has a key of its own",
    "logs:DisassociateKmsKey": "no log has a key of its own",
    "logs:CreateLogStream": "of an import of a table",
    "logs:DescribeLogStreams": "of an import of a table",
    "logs:PutLogEvents": "of an import of a table",
    "logs:DeleteDataProtectionPolicy": "no log has one",
    "logs:PutDataProtectionPolicy": "no log has one",
    "logs:DeleteIndexPolicy": "no log has one",
    "logs:PutIndexPolicy": "no log has one",
    "logs:DeleteResourcePolicy": "it is the whole account's",
    "logs:PutBearerTokenAuthentication": "no log sets it",
    "logs:PutLogGroupDeletionProtection": "no log sets it",
    "codedeploy:RegisterOnPremisesInstance": "Lambda has no instances",
    "apigateway:AddCertificateToDomain": "of mutual TLS, which no domain has",
    "apigateway:RemoveCertificateFromDomain": "of mutual TLS, which no domain has",
    "apigateway:TagResource": "no action of IAM; the paths /tags/* stand for it",
    "apigateway:UntagResource": "no action of IAM; the paths /tags/* stand for it",
    "kms:DisableKey": "the key is never disabled",
    "kms:EnableKey": "the key is never disabled",
    "kms:DisableKeyRotation": "the key always rotates",
    "kms:UntagResource": "the tags say whose the key is",
}

# Actions of the roles that no schema names, and why.
BEYOND_SCHEMAS = {
    "cloudformation:": "sam deploy itself",
    "s3:AbortMultipartUpload": "sam uploads",
    "s3:PutObject": "sam uploads",
    "s3:GetBucketLocation": "sam looks for the bucket",
    "codedeploy:CreateDeployment": "the roll-out of an alias",
    "kms:GenerateDataKey": "a table with a key of one's own",
    "kms:ReEncryptFrom": "a table with a key of one's own",
    "kms:ReEncryptTo": "a table with a key of one's own",
    "logs:DeleteLogDelivery": "the access log of the API",
    "logs:DescribeResourcePolicies": "the access log of the API",
    "logs:GetLogDelivery": "the access log of the API",
    "logs:ListLogDeliveries": "the access log of the API",
    "logs:UpdateLogDelivery": "the access log of the API",
}


def transformed_template():
    """The resources of template.yaml after SAM's transform, with all of its parameters' defaults."""
    logging.getLogger("samtranslator").setLevel(logging.ERROR)
    template = json.loads(json.dumps(decode("template.yaml")[0]))
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://bucket/key"
    parameters = {name: spec.get("Default", "") for name, spec in template["Parameters"].items()}
    managed = {"AWSLambdaBasicExecutionRole": "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"}
    return Translator(managed, Parser()).translate(template, parameters)["Resources"]


def actions_of_schemas(types):
    """The actions that CloudFormation calls for these types of resources."""
    found = set()
    for name in types:
        schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, name).schema
        handlers = [schema["handlers"][kind] for kind in schema["handlers"] if kind != "list"]
        tagging = schema.get("tagging")
        if isinstance(tagging, dict):
            handlers.append(tagging)
        actions = {action for handler in handlers for action in handler.get("permissions", [])}
        if not actions:
            sys.exit(f"the schema of {name} names no action")
        found |= actions
    return found


def expanded_bootstrap():
    """bootstrap.yaml with its loops over the stages written out."""
    template = Template("bootstrap.yaml", decode("bootstrap.yaml")[0], [REGION])
    problems = template.transform()
    if problems:
        sys.exit(f"bootstrap.yaml cannot be expanded: {problems}")
    return json.loads(json.dumps(template.template))


SAMPLES = {
    "AWS::Partition": "aws", "AWS::Region": REGION, "AWS::AccountId": "123456789012",
    "Artifacts.Arn": "arn:aws:s3:::artifacts", "HostedZoneId": "Z0123456789ABC",
}


def resolve(value):
    """The value with samples in place of CloudFormation's functions. Every option is taken, but for the own boundary."""
    if isinstance(value, list):
        return [resolve(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "Fn::If" in value:
        condition, yes, no = value["Fn::If"]
        return resolve(no if condition == "HasOwnBoundary" else yes)
    if "Fn::Sub" in value:
        text = value["Fn::Sub"]
        for name, sample in SAMPLES.items():
            text = text.replace("${%s}" % name, sample)
        if "${" in text:
            sys.exit(f"no sample value for {text}")
        return text
    if "Fn::GetAtt" in value:
        return SAMPLES[".".join(value["Fn::GetAtt"])]
    if "Ref" in value:
        name = value["Ref"]
        return SAMPLES.get(name, f"arn:aws:iam::123456789012:policy/nameplate-bootstrap/{name}")
    return {key: resolve(item) for key, item in value.items()}


def as_list(value):
    return value if isinstance(value, list) else [value]


def is_of(action, names):
    """Whether the action is one of these, or of a service that stands among them."""
    return action in names or action.split(":")[0] + ":" in names


def compare(stage, granted, wanted):
    """What is wrong with the actions that a stage's role has."""
    missing = {a for a in wanted if not is_of(a, NEVER_NEEDED)} - granted
    spare = {a for a in granted - wanted if not is_of(a, BEYOND_SCHEMAS)}
    both = {a for a in granted if is_of(a, NEVER_NEEDED)}
    return [f"{stage}: {what} {sorted(actions)}" for what, actions in
            [("may not", missing), ("may, for no reason,", spare), ("may, though it is never needed,", both)] if actions]


def check_statement(where, statement):
    """No statement has a star for what it may do, or for whom unless IAM knows no resource there."""
    problems = []
    for action in as_list(statement["Action"]):
        if action == "*" or action.endswith(":*"):
            problems.append(f"{where}: {action}")
    condition = statement.get("Condition", {})
    writes_roles = {"iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy"} & set(as_list(statement["Action"]))
    if writes_roles and "iam:PermissionsBoundary" not in condition.get("StringEquals", {}):
        problems.append(f"{where}: makes roles without a boundary")
    if "iam:PassRole" in as_list(statement["Action"]) and "iam:PassedToService" not in condition.get("StringEquals", {}):
        problems.append(f"{where}: passes roles to any service")
    return problems


def check_trust(name, role):
    """Only jobs of one repository and one environment take a role."""
    [statement] = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    [operator] = statement["Condition"]
    claims = json.dumps(statement["Condition"])
    stage = name.removeprefix("DeployRole")
    if operator != "StringEquals" or "*" in claims or claims.count(f":environment:{stage}\"") != 2:
        return [f"{name}: its trust is not of one repository and environment: {claims}"]
    return []


def main(folder):
    resources = transformed_template()
    types = sorted({resource["Type"] for resource in resources.values()})
    wanted = actions_of_schemas(types)
    bootstrap = expanded_bootstrap()
    policies = folder / "policies"
    policies.mkdir(parents=True, exist_ok=True)
    (folder / "bootstrap.json").write_text(json.dumps(bootstrap, indent=1))

    problems, granted = [], {}
    for name, resource in bootstrap["Resources"].items():
        if resource["Type"] == "AWS::IAM::Role":
            problems += check_trust(name, resource)
        if resource["Type"] != "AWS::IAM::ManagedPolicy":
            continue
        document = resolve(resource["Properties"]["PolicyDocument"])
        text = json.dumps(document, indent=1)
        (policies / f"{name}.json").write_text(text)
        size = len("".join(text.split()))
        if size > POLICY_LIMIT:
            problems.append(f"{name}: {size} characters of {POLICY_LIMIT}")
        if name.startswith("Deploy"):
            stage = "prod" if name.endswith("prod") else "dev"
            for statement in document["Statement"]:
                problems += check_statement(f"{name} {statement['Sid']}", statement)
                granted.setdefault(stage, set()).update(as_list(statement["Action"]))
            if ("dev" if stage == "prod" else "prod") in text.replace("deploy", ""):
                problems.append(f"{name}: names the other stage")
    for stage in ["dev", "prod"]:
        problems += compare(stage, granted[stage], wanted)
    known = wanted | {action.split(":")[0] + ":" for action in wanted}
    unused = [name for name in NEVER_NEEDED if name not in known]
    if unused:
        problems.append(f"no schema names these any more: {unused}")
    if problems:
        sys.exit("\n".join(problems))
    print(f"bootstrap.yaml: {len(granted['dev'])} actions for {len(wanted)} that the schemas of {len(types)} types name")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]))

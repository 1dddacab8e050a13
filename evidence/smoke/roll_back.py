"""Proves that scripts/roll-back brings a stack back, on an emulator of AWS (moto): template, code and parameters.

    roll_back.py

It needs moto[server] of PyPI, and on the path sam, the AWS CLI and jq. What CodeDeploy does then, only AWS shows.
Exits with 0 when all is well.
"""

import logging
import os
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import boto3
from moto.server import ThreadedMotoServer

ROOT = Path(__file__).parents[2]
REGION = "eu-central-1"
STACK = "nameplate-prod"
# The pipeline's role may use no other bucket than that of bootstrap.yaml, so there is no other one.
BUCKET = "artifacts"
GOOD, BAD = "a" * 40, "b" * 40


def run(*command, environment):
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{command} failed: {done.stdout}{done.stderr}")
    return done.stdout


def deploy(environment, template, *parameters):
    """As the pipeline deploys, with the code of this folder unbuilt."""
    run(
        "sam", "deploy", "--config-env", "prod", "--no-progressbar", "--template-file", str(template),
        "--no-resolve-s3", "--s3-bucket", BUCKET, "--parameter-overrides", "file://parameters/prod.yaml", *parameters,
        environment=environment,
    )


def state(cloudformation):
    """Template and parameters of the stack."""
    stack = cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]
    template = cloudformation.get_template(StackName=STACK, TemplateStage="Original")["TemplateBody"]
    return template, {given["ParameterKey"]: given["ParameterValue"] for given in stack["Parameters"]}


def main():
    # The emulator knows neither the transform nor alarms, and says so for each; here the request alone counts.
    logging.disable()
    warnings.simplefilter("ignore")
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    # By this name, moto knows that a template's URL is one of its own.
    endpoint = "http://localhost:%d" % server.get_host_and_port()[1]
    keys = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}
    environment = {
        **os.environ, **keys, "AWS_DEFAULT_REGION": REGION, "AWS_ENDPOINT_URL": endpoint, "SAM_CLI_TELEMETRY": "0",
        "AWS_ARTIFACT_BUCKET": BUCKET,
    }
    client = {"endpoint_url": endpoint, "aws_access_key_id": "local", "aws_secret_access_key": "local"}
    cloudformation = boto3.client("cloudformation", region_name=REGION, **client)
    place = {"LocationConstraint": REGION}
    boto3.client("s3", region_name=REGION, **client).create_bucket(Bucket=BUCKET, CreateBucketConfiguration=place)
    usual = ["JwtIssuer=https://issuer.test/", "AllowedOrigins=https://app.issuer.test"]

    with tempfile.TemporaryDirectory() as saved, tempfile.NamedTemporaryFile("w", suffix=".yaml", dir=ROOT) as other:
        said = run("scripts/roll-back", "--save", saved, STACK, environment=environment)
        assert "nothing to come back to" in said, said
        refused = subprocess.run(["scripts/roll-back", saved, STACK], cwd=ROOT, env=environment, capture_output=True)
        assert refused.returncode == 1 and b"no saved stack" in refused.stderr, refused

        deploy(environment, ROOT / "template.yaml", *usual, f"Revision={GOOD}")
        before, parameters = state(cloudformation)
        run("scripts/roll-back", "--save", saved, STACK, environment=environment)

        # Another template, other parameters, another commit.
        other.write((ROOT / "template.yaml").read_text().replace("user accounts with", "no user accounts without"))
        other.flush()
        deploy(environment, other.name, *usual, f"Revision={BAD}", "JwtAudience=wrong", "MemorySize=128")
        broken, wrong = state(cloudformation)
        assert broken != before and wrong["JwtAudience"] == "wrong", "the second deployment changes nothing"

        run("scripts/roll-back", saved, STACK, environment=environment)
        after, restored = state(cloudformation)
        assert after == before, "the template is not that of before"
        revision = restored.pop("Revision")
        assert revision.endswith(GOOD) and len(revision) == 50, revision
        assert restored.pop("Rollout") == "at-once", restored
        # The emulator tells a list as Python writes it, where AWS has commas; so it comes back within another one.
        assert parameters["AllowedOrigins"] in restored.pop("AllowedOrigins"), restored
        kept = {name: value for name, value in parameters.items() if name in restored}
        assert restored == kept and len(kept) == len(parameters) - 3, (restored, parameters)
    server.stop()
    print("roll-back: template and parameters are those of before, the revision is new, on an emulator of AWS")


if __name__ == "__main__":
    main()

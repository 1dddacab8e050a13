"""Keys of a deployment, made by `nameplate keys`, on an emulator of AWS (moto) whose KMS checks the context.

    check.py COMMAND...      COMMAND runs nameplate, for example: cargo run --quiet --

It needs moto[server] of PyPI.

The emulator runs in this process. Exits with 0 when all is well.
"""

import json
import logging
import os
import subprocess
import sys

import boto3
from botocore.exceptions import ClientError
from moto.server import ThreadedMotoServer

REGION = "eu-central-1"
TABLES = {"users": "nameplate", "credentials": "nameplate-credentials"}


def client(service, endpoint):
    return boto3.client(
        service,
        region_name=REGION,
        endpoint_url=endpoint,
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )


def create_tables(dynamodb):
    for table in TABLES.values():
        dynamodb.create_table(
            TableName=table,
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )


def nameplate(command, endpoint, *arguments):
    """What `nameplate keys` prints."""
    environment = {
        **os.environ,
        "AWS_ENDPOINT_URL_DYNAMODB": endpoint,
        "AWS_ENDPOINT_URL_KMS": endpoint,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
    }
    action, *rest = arguments
    deployment = ["--region", REGION, "--stage", "prod"]
    deployment += ["--users-table", TABLES["users"], "--credentials-table", TABLES["credentials"]]
    done = subprocess.run(
        [*command, "keys", action, *deployment, *rest],
        env=environment, capture_output=True, text=True, check=False,
    )
    if done.returncode != 0:
        sys.exit(f"keys {action} failed: {done.stderr}")
    return done.stdout


def decrypt(kms, sealed, context):
    """The private key, or the error's code."""
    try:
        return kms.decrypt(CiphertextBlob=sealed, EncryptionContext=context)["Plaintext"]
    except ClientError as error:
        return error.response["Error"]["Code"]


def main(command):
    logging.getLogger("werkzeug").disabled = True
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    endpoint = "http://%s:%d" % server.get_host_and_port()
    dynamodb, kms = client("dynamodb", endpoint), client("kms", endpoint)
    create_tables(dynamodb)
    key = kms.create_key()["KeyMetadata"]["Arn"]

    for algorithm in ["RS256", "ES256", "EdDSA"]:
        nameplate(command, endpoint, "rotate", "--kms-key", key, "--algorithm", algorithm)
    item = dynamodb.get_item(TableName=TABLES["users"], Key={"pk": {"S": "JWKS"}})["Item"]
    schedule = json.loads(item["keys"]["S"])["keys"]
    algorithms = [scheduled["jwk"]["alg"] for scheduled in schedule]
    assert algorithms == ["RS256", "ES256", "EdDSA"], algorithms
    assert not any("d" in scheduled["jwk"] for scheduled in schedule), "a private half is published"

    for scheduled in schedule:
        kid = scheduled["jwk"]["kid"]
        stored = {"pk": {"S": f"SIGNINGKEY#{kid}"}}
        sealed = dynamodb.get_item(TableName=TABLES["credentials"], Key=stored)["Item"]
        assert sealed["custody"]["S"] == "kms", sealed["custody"]
        sealed = sealed["key"]["B"]
        right = {"stage": "prod", "kid": kid}
        private = decrypt(kms, sealed, right)
        assert isinstance(private, bytes) and private not in sealed, "the key is not sealed"
        for wrong in [{}, {"stage": "dev", "kid": kid}, {"stage": "prod", "kid": "x"}]:
            assert decrypt(kms, sealed, wrong) == "InvalidCiphertextException", wrong

    first = schedule[0]["jwk"]["kid"]
    nameplate(command, endpoint, "revoke", first)
    listed = nameplate(command, endpoint, "list").splitlines()
    signing = [line for line in listed if line.endswith(" signs")]
    assert len(listed) == 3 and len(signing) == 1 and not signing[0].startswith(first), listed
    nameplate(command, endpoint, "not-before", "2026-01-31T12:00:00Z")
    server.stop()
    print("keys: sealed for stage and id, rotated, listed, revoked, on an emulator of AWS")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(sys.argv[1:])

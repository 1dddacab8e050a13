"""`sam deploy` of both stages, again and again, against an emulator of AWS (moto): what it sends.

    check.py BUILD      BUILD is what sam build has made: .aws-sam/build

It sends exactly the parameters of the stage's file and Revision, each with its value, the second time as the first:
none keeps a value of the last deployment. An at-once deployment in between leaves no trace. What dev and prod get is
the same code, byte for byte.

It needs sam on the path, and moto[server] of PyPI. Run it in the project's folder. The emulator does not transform the
template, so this shows what is asked for, not what AWS makes of it. Exits with 0 when all is well.
"""

import io
import logging
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import urllib.parse
import warnings

import boto3
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

REGION = "eu-central-1"
# The values that every operator has to set, and that the template's rules refuse.
EXAMPLES = {
    "https://login.example.com/.well-known/jwks.json": "https://issuer.test/jwks.json",
    "https://login.example.com/": "https://issuer.test/",
    "https://app.example.com": "https://app.test",
}
# What no file gives: NoEcho parameters, which keep their value on purpose.
SECRETS = {"JwtHs256Secret", "SignInFirebaseSignerKey"}


class Recorder:
    """The emulator, and the parameters of the change sets that it was asked for."""

    def __init__(self):
        self.emulator = DomainDispatcherApplication(create_backend_app)
        self.parameters = []

    def __call__(self, environ, start_response):
        length = int(environ.get("CONTENT_LENGTH") or 0)
        if environ["REQUEST_METHOD"] == "POST" and "cloudformation" in environ.get("HTTP_AUTHORIZATION", ""):
            body = environ["wsgi.input"].read(length)
            self.record(urllib.parse.parse_qs(body.decode(), keep_blank_values=True))
            environ["wsgi.input"] = io.BytesIO(body)
        return self.emulator(environ, start_response)

    def record(self, form):
        if form["Action"] != ["CreateChangeSet"]:
            return
        found, number = {}, 1
        while f"Parameters.member.{number}.ParameterKey" in form:
            member = f"Parameters.member.{number}."
            value = form.get(member + "ParameterValue")
            found[form[member + "ParameterKey"][0]] = value[0] if value else "UsePreviousValue"
            number += 1
        self.parameters.append(found)


def parameters_of(path):
    """The parameters of a file: it has one on each line."""
    found = {}
    for line in path.read_text().splitlines():
        if line and not line.startswith("#"):
            name, value = line.split(": ", 1)
            found[name] = value.strip('"')
    return found


def deploy(folder, stage, endpoint, *overrides):
    environment = {
        **os.environ, "AWS_ENDPOINT_URL": endpoint, "AWS_DEFAULT_REGION": REGION, "SAM_CLI_TELEMETRY": "0",
        "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local",
    }
    command = ["sam", "deploy", "--config-env", stage, "--region", REGION, "--no-progressbar",
               "--no-resolve-s3", "--s3-bucket", "artifacts",
               "--parameter-overrides", f"file://parameters/{stage}.yaml", *overrides]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"sam deploy of {stage} failed: {done.stdout}{done.stderr}")


def copy_of_project(build, folder):
    """What the pipeline packs, with the examples replaced as an operator does."""
    shutil.copytree(build, folder / ".aws-sam" / "build")
    shutil.copy("samconfig.toml", folder)
    (folder / "parameters").mkdir()
    for stage in ["dev", "prod"]:
        text = pathlib.Path(f"parameters/{stage}.yaml").read_text()
        for example, value in EXAMPLES.items():
            text = text.replace(example, value)
        (folder / "parameters" / f"{stage}.yaml").write_text(text)


def check(recorder, what, wanted):
    [sent] = recorder.parameters
    recorder.parameters.clear()
    kept = {name for name, value in sent.items() if value == "UsePreviousValue"} - SECRETS
    assert not kept, f"{what}: these keep the value of the last deployment: {sorted(kept)}"
    sent = {name: value for name, value in sent.items() if name not in SECRETS}
    differing = {name for name in sent.keys() | wanted.keys() if sent.get(name) != wanted.get(name)}
    assert not differing, {name: (sent.get(name), wanted.get(name)) for name in differing}


def main(build):
    logging.getLogger("werkzeug").disabled = True
    # That it makes nothing of SAM's types.
    warnings.filterwarnings("ignore", module="moto")
    recorder = Recorder()
    server = make_server("127.0.0.1", 0, recorder, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    # By this name the emulator finds the bucket in the path of a URL.
    endpoint = f"http://localhost:{server.server_port}"
    s3 = boto3.client("s3", endpoint_url=endpoint, region_name=REGION,
                      aws_access_key_id="local", aws_secret_access_key="local")
    s3.create_bucket(Bucket="artifacts", CreateBucketConfiguration={"LocationConstraint": REGION})

    uploads = {}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        copy_of_project(build, folder)
        for stage in ["dev", "prod"]:
            wanted = parameters_of(folder / "parameters" / f"{stage}.yaml")
            deployments = [("a" * 40, []), ("b" * 40, ["Rollout=at-once"]), ("c" * 40, [])]
            for revision, overrides in deployments:
                deploy(folder, stage, endpoint, f"Revision={revision}", *overrides)
                rollout = "at-once" if overrides else "canary"
                check(recorder, f"{stage} {revision[0]}", {**wanted, "Revision": revision, "Rollout": rollout})
            keys = [o["Key"] for o in s3.list_objects_v2(Bucket="artifacts", Prefix=f"nameplate-{stage}/")["Contents"]]
            uploads[stage] = {key.removeprefix(f"nameplate-{stage}/") for key in keys if not key.endswith(".template")}
    functions = len(list(build.glob("*/bootstrap")))
    assert len(uploads["dev"]) == functions, f"{functions} functions, {len(uploads['dev'])} zips"
    assert uploads["dev"] == uploads["prod"], "dev and prod do not get the same zips"
    server.shutdown()
    print(f"sam deploy: {len(wanted) + 1} parameters, each time; {functions} zips, the same for dev and prod")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]))

"""Proves that scripts/smoke-test passes where all is well, and names the cause where one thing is not.

    check.py COMMAND...      COMMAND runs nameplate, for example: cargo run --quiet --

It needs moto[server] of PyPI for the emulator of AWS, and on the path what scripts/smoke-test needs: curl, jq and
the AWS CLI. Each fault is made on the wire, in the settings of a server or on the emulator; the smoke test and the
server are the real ones. Exits with 0 when all is well.
"""

import base64
import re
import socket
import subprocess
import sys
from pathlib import Path

from nameplate import INHERITED, Nameplate, token
from stack import CREDENTIALS, NAME, Stack
from wire import Cut, DynamoDbProxy, Rerouted, TokenEndpoint, dynamodb_error

ROOT = Path(__file__).parents[2]
TABLE = "nameplate"
OLD, NEW = "0" * 39 + "1", "0" * 39 + "2"
OPERATIONS = re.findall(r"^      operationId: (\S+)$", (ROOT / "openapi.yaml").read_text(), re.M)


def smoke_test(*arguments, **environment):
    """Its exit code, and what it says."""
    done = subprocess.run(
        [ROOT / "scripts/smoke-test", *arguments],
        env={**INHERITED, **CREDENTIALS, **environment}, capture_output=True, text=True, check=False,
    )
    return done.returncode, done.stdout + done.stderr


def passes(case, tried, *arguments, **environment):
    """All is well, and each of the texts `tried` shows what was tried."""
    code, said = smoke_test(*arguments, **environment)
    absent = [text for text in tried if text not in said]
    if code != 0 or absent:
        sys.exit(f"{case}: the smoke test ends with {code}, without {absent}:\n{said}")
    print(f"passes: {case}")


def catches(case, named, *arguments, **environment):
    """It fails, and each of the patterns `named` is found in what it says."""
    code, said = smoke_test(*arguments, **environment)
    absent = [pattern for pattern in named if not re.search(pattern, said, re.M | re.S)]
    if code != 1 or absent:
        sys.exit(f"{case}: the smoke test ends with {code}, without {absent}:\n{said}")
    print(f"catches: {case}")


def good_deployments(command, server, stack):
    """Tokens from everywhere, with and without writing, with and without signing in."""
    whole = [
        "Every operation is there", f"{len(OPERATIONS)} operations", "Our own keys", "An ADMIN creates",
        "changes the own username", "The session is refreshed", "An ADMIN deletes", "Every function is of",
        "a comparison with an absent attribute", "the same client request token",
    ]
    client = base64.b64encode(b"smoke:a secret").decode()
    form = b"grant_type=client_credentials&audience=nameplate"
    endpoint = TokenEndpoint(server.admin_token, f"Basic {client}", form)
    passes(
        "the whole, with a token of the issuer for a client", whole,
        "--write", "--stack", NAME, "--revision", NEW, server.url,
        AWS_ENDPOINT_URL=stack.endpoint, AWS_ENDPOINT_URL_DYNAMODB=server.dynamodb, NAMEPLATE_TOKEN_URL=endpoint.url,
        NAMEPLATE_CLIENT_ID="smoke", NAMEPLATE_CLIENT_SECRET="a secret", NAMEPLATE_TOKEN_FORM="audience=nameplate",
    )
    endpoint.stop()
    passes(
        "reading, as a user who signs in", ["They are found by their name"], server.url,
        NAMEPLATE_USERNAME="old_username", NAMEPLATE_PASSWORD=server.password,
    )
    passes("without a token", ["what needs one was not tried"], server.url)

    without = Nameplate(command, SIGN_IN="off")
    options = ["--write", "--sign-in", "off", without.url]
    passes("without signing in", ["A name that somebody has"], *options, NAMEPLATE_TOKEN=without.admin_token)
    service = token(command, "--sub", "a-service", "--role", "ADMIN")
    passes("a service without an account", ["was not tried"], *options, NAMEPLATE_TOKEN=service)
    without.stop()


def wrong_audience(command):
    server = Nameplate(command, JWT_AUDIENCE="another-audience")
    named = [r"FAIL .*found 401 TOKEN_INVALID", "cause: the API accepts another audience.*whose aud is nameplate"]
    catches("a wrong audience", named, server.url, NAMEPLATE_TOKEN=token(command, "--sub", "x", "--role", "ADMIN"))
    server.stop()


def dead_issuer(command):
    # Bound and not listening: nobody else gets the port, and a connection is refused.
    with socket.socket() as dead:
        dead.bind(("127.0.0.1", 0))
        issuer = "http://127.0.0.1:%d" % dead.getsockname()[1]
        server = Nameplate(command, JWT_ISSUER=issuer)
        named = [r"FAIL .*found 503 UNAVAILABLE", "cause: .*the issuer's keys cannot be fetched: is JwtIssuer"]
        catches("a dead issuer, without a token", named, server.url)
        catches("a dead issuer, whose iss is known", named, "--issuer", issuer, server.url)
        server.stop()


def table_without_permission(command, server):
    """A function's role lacks a permission: DynamoDB refuses those calls."""
    proxy = DynamoDbProxy(server.dynamodb)
    behind = Nameplate(command, ("--dynamodb-endpoint", proxy.url))
    named = [r"FAIL  status: wanted 20[01], found 500", "cause: the function failed.*AccessDenied is a permission"]

    def refuse(*operations):
        proxy.interfere = lambda operation, _: (
            dynamodb_error("AccessDeniedException") if operation in operations else None
        )

    refuse("GetItem", "BatchGetItem")
    catches("a table that must not be read", named, behind.url, NAMEPLATE_TOKEN=behind.user_token)
    refuse("TransactWriteItems")
    passes("the same with reads alone", ["The API takes"], behind.url, NAMEPLATE_TOKEN=behind.admin_token)
    catches(
        "a table without transactions", [named[0].replace("20[01]", "201"), named[1]],
        "--write", behind.url, NAMEPLATE_TOKEN=behind.admin_token,
    )
    refuse("UpdateItem")
    catches(
        "a table that must not be updated", [*named, "the user smoke-test-[0-9a-f]+ may be left over"],
        "--write", behind.url, NAMEPLATE_TOKEN=behind.admin_token,
    )
    behind.stop()
    proxy.stop()


def lost_answer(server):
    """Whatever happens in the middle of a user's life, the user is deleted."""
    for what, lost in [("an update", b'"company"'), ("the creation", b'"Smoke"')]:
        api = Cut(server.url, lost)
        named = [r"no answer to \w+ /v1/", "deleted the user smoke-test-[0-9a-f]+ after the failure"]
        catches(f"a lost answer to {what}", named, "--write", api.url, NAMEPLATE_TOKEN=server.admin_token)
        api.stop()


def table_unlike_dynamodb(server):
    """A table that does not do what no document promises."""
    proxy = DynamoDbProxy(server.dynamodb)
    options = ["--table", TABLE, server.url]

    def compare(operation, request):
        if operation == "UpdateItem" and "absent > " in request.get("ConditionExpression", ""):
            request["ConditionExpression"] = "attribute_exists(pk)"

    proxy.interfere = compare
    named = [r"FAIL  absent > :one: wanted ConditionalCheckFailedException, found accepted"]
    catches("a true comparison with an absent attribute", named, *options, AWS_ENDPOINT_URL_DYNAMODB=proxy.url)

    seen = set()

    def remember(operation, request):
        if operation == "TransactWriteItems":
            if request["ClientRequestToken"] in seen:
                return dynamodb_error("IdempotentParameterMismatchException")
            seen.add(request["ClientRequestToken"])
        return None

    proxy.interfere = remember
    named = [r"FAIL  the second attempt: wanted \w+, found IdempotentParameterMismatchException"]
    catches("a client request token that is spent", named, *options, AWS_ENDPOINT_URL_DYNAMODB=proxy.url)
    proxy.stop()


def old_version(server, stack):
    options = ["--stack", NAME, "--revision", NEW, server.url]
    stack.point("UpdateUser", OLD)
    named = [rf"FAIL  update-user: wanted {NEW}, found {OLD}", "cause: the alias live points to an old version"]
    catches("an old version of one function", named, *options, AWS_ENDPOINT_URL=stack.endpoint)
    stack.point("UpdateUser", NEW)


def missing_routes(server):
    """Where a route is missing, the request reaches the function of the route that fits then."""
    nowhere = "/no-such-route"
    for path, named in [
        ("/v1/accounts/update", r"FAIL  PATCH /v1/accounts/update: wanted 401 TOKEN_INVALID, found 404 ROUTE_NOT_FOUND"),
        ("/v1/auth/refresh", r"FAIL  POST /v1/auth/refresh: wanted 400 VALIDATION_FAILED, found 404 ROUTE_NOT_FOUND"),
        ("/.well-known/openid-configuration", r"FAIL  GET /.well-known/openid-configuration: wanted 200, found 404"),
    ]:
        api = Rerouted(server.url, path, nowhere)
        catches(f"a missing route, {path}", [named, "cause: the API has no route"], "--sign-in", "on", api.url)
        api.stop()
    # Another function takes the path for that of a user named "me": only who has an account sees the difference.
    api = Rerouted(server.url, "/v1/users/me", "/v1/users/%6De")
    catches("a missing route, /v1/users/me", [r"FAIL"], api.url, NAMEPLATE_TOKEN=server.user_token)
    catches("the same for an ADMIN", [r"FAIL"], api.url, NAMEPLATE_TOKEN=server.admin_token)
    api.stop()


def main(command):
    server = Nameplate(command)
    stack = Stack(OPERATIONS, NEW, TABLE, issuer="nameplate-local")
    good_deployments(command, server, stack)
    wrong_audience(command)
    dead_issuer(command)
    table_without_permission(command, server)
    lost_answer(server)
    table_unlike_dynamodb(server)
    old_version(server, stack)
    missing_routes(server)
    stack.stop()
    server.stop()
    print("smoke test: passes where all is well, and names the cause of each fault")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(sys.argv[1:])

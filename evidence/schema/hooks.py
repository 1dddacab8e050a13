"""What the document cannot tell Schemathesis."""

import base64
import functools
import hashlib
import itertools
import json
import os

import requests
import schemathesis
from hypothesis import strategies as st


def password(seed: bytes, length: int) -> str:
    """A password of that length which is hard to guess, however simple the seed is."""
    return base64.b85encode(hashlib.shake_256(seed).digest(length)).decode()[:length]


# Hard to guess is what no schema can say. The lengths are those of the schema, its bounds often.
lengths = st.sampled_from([15, 16, 127, 128]) | st.integers(15, 128)
schemathesis.openapi.format("password", st.builds(password, st.binary(), lengths))

# The document's examples of what no two users can have.
USERNAMES = ["sample_new", "new_username123", "newuser@domain.com"]
UUID_LENGTH = 36
numbers = itertools.count()


def taken(operation, body):
    """The fields with an example's value, or an answer's id: another user is likely to have them."""
    if operation in ("create-user", "update-user") and body.get("username") in USERNAMES:
        yield "username"
    user_id = body.get("userId")
    if operation == "create-user" and isinstance(user_id, str) and UUID_LENGTH <= len(user_id) < 2 * UUID_LENGTH:
        yield "userId"


# What the document's examples have of a sample user and of a session that this server has not.
SAMPLE_ID = "3c90c3cc-0d44-4b50-8888-8dd25736052a"
SAMPLE_PASSWORD = "Analytical-Engine-1843"
SAMPLE_TOKEN = "npr_AQEB"
SAMPLE_SESSION = "npr_AQIC"


@functools.cache
def session_user():
    """A user for sessions alone, whom no other request of the attack is about."""
    body = {"username": "attacked_by_schema", "firstName": "Ada", "password": SAMPLE_PASSWORD}
    token = os.environ["NAMEPLATE_ADMIN_TOKEN"]
    url = os.environ["NAMEPLATE_URL"] + "/v1/users"
    requests.post(url, json=body, headers={"Authorization": f"Bearer {token}"}).raise_for_status()
    return {"username": body["username"], "password": SAMPLE_PASSWORD}


def refresh_token():
    """A refresh token of a session that has just begun."""
    answer = requests.post(os.environ["NAMEPLATE_URL"] + "/v1/auth/login", json=session_user())
    answer.raise_for_status()
    return answer.json()["refreshToken"]


def own_id():
    """The id of the user whose token the attack has."""
    claims = os.environ["NAMEPLATE_ATTACK_TOKEN"].split(".")[1]
    return json.loads(base64.urlsafe_b64decode(claims + "=="))["sub"]


def known(operation, body):
    """What an example stands for here: a session that goes on, and the caller's own password."""
    token = body.get("refreshToken")
    if operation in ("refresh-session", "log-out") and isinstance(token, str):
        if token.startswith((SAMPLE_TOKEN, SAMPLE_SESSION)):
            return {"refreshToken": refresh_token()}
    if operation == "change-password" and body.get("userId") == SAMPLE_ID:
        # A change whose answer was lost, so that the password stays what it is.
        return {"userId": own_id(), "newPassword": SAMPLE_PASSWORD}
    return {}


@schemathesis.hook
def before_call(context, case, kwargs):
    """Makes these others each time: most cases vary one field of an example, and would all be 409."""
    if isinstance(case.body, dict):
        operation = case.operation.definition.raw["operationId"]
        case.body = {**case.body, **known(operation, case.body)}
        names = taken(operation, case.body)
        others = {name: f"{next(numbers)}{case.body[name][-UUID_LENGTH:]}" for name in names}
        case.body = {**case.body, **others}

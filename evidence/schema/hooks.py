"""What the document cannot tell Schemathesis."""

import base64
import hashlib
import itertools

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


@schemathesis.hook
def before_call(context, case, kwargs):
    """Makes these others each time: most cases vary one field of an example, and would all be 409."""
    if isinstance(case.body, dict):
        names = taken(case.operation.definition.raw["operationId"], case.body)
        others = {name: f"{next(numbers)}{case.body[name][-UUID_LENGTH:]}" for name in names}
        case.body = {**case.body, **others}

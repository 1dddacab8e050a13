"""Fills the disk under a local server: one warning says so, and every confirmed user is there afterwards.

    unshare --map-root-user --mount python full_disk.py COMMAND [ARGUMENT...]

COMMAND is `nameplate`. Needs Linux, and the right to mount a file system of its own, which `unshare` gives.
"""

import json
import subprocess
import sys
import tempfile

from nameplate import Nameplate
from wire import forward

SIZE = "1m"
ENOUGH_FAILURES = 20


def send(server, method, path, body=None):
    headers = {"Authorization": f"Bearer {server.admin_token}", "Content-Type": "application/json"}
    status, _, _ = forward(server.url, method, path, headers, body and json.dumps(body).encode())
    return status


def fill(server):
    """Creates users until there is no room for more. Returns the ids of those who were confirmed."""
    confirmed, failures, number = [], 0, 0
    while failures < ENOUGH_FAILURES:
        number += 1
        user = {"userId": f"user-{number}", "username": f"user.{number}.name", "firstName": "A" * 100}
        status = send(server, "POST", "/v1/users", user)
        if status == 201:
            confirmed.append(user["userId"])
        elif status == 503:
            failures += 1
        else:
            raise SystemExit(f"creating a user on a full disk: {status}\n{server.logged()}")
    return confirmed


def main(command):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "nameplate", folder], check=True)
        options = ("--dynamodb-port", "0", "--data", folder)
        server = Nameplate(command, options, CALLER_QUOTAS="off")
        confirmed = fill(server)
        log = server.logged()
        server.stop()
        loud = [line for line in log.splitlines() if " WARN " in line or " ERROR " in line]
        if not confirmed or len(loud) != 1 or f"the disk with {folder} is full" not in loud[0]:
            raise SystemExit(f"{len(confirmed)} users, then instead of one warning:\n" + "\n".join(loud[:20]))
        subprocess.run(["mount", "-o", "remount,size=16m", folder], check=True)
        server = Nameplate(command, options, CALLER_QUOTAS="off")
        lost = [user for user in confirmed if send(server, "GET", f"/v1/users/{user}") != 200]
        server.stop()
        subprocess.run(["umount", folder], check=True)
        if lost:
            raise SystemExit(f"confirmed, and lost: {lost}")
    print(f"full disk: one warning, and none of {len(confirmed)} confirmed users lost")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(sys.argv[1:])

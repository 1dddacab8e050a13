"""Servers of `nameplate`, as `cargo run` starts them, and their tokens."""

import atexit
import os
import re
import subprocess
import tempfile

# Settings of whoever runs this are not those of the servers.
INHERITED = {
    name: value
    for name, value in os.environ.items()
    if not name.startswith(("JWT_", "SIGN_IN", "NAMEPLATE_", "USERNAME_", "AWS_")) and name not in ("STAGE", "CALLER_QUOTAS")
}


class Nameplate:
    """A server on free ports, with its data in memory unless the arguments say otherwise."""

    def __init__(self, command, arguments=("--dynamodb-port", "0"), **settings):
        self.log = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [*command, "--port", "0", *arguments],
            env={**INHERITED, **settings}, stdout=subprocess.PIPE, stderr=self.log, text=True,
        )
        # Also when a check ends the program.
        atexit.register(self.stop)
        # The guide ends with the address of the reference. A server that does not start ends its output.
        guide = []
        for line in self.process.stdout:
            guide.append(line)
            if line.startswith("  Reference"):
                break
        else:
            raise SystemExit(f"a server does not start: {self.logged()}")
        guide = "".join(guide)
        self.url = re.search(r"^  API +(\S+)$", guide, re.M)[1]
        self.dynamodb = re.search(r"^  DynamoDB +(\S+)", guide, re.M)[1]
        self.password = re.search(r"password (\S+)$", guide, re.M)[1]
        self.user_token, self.admin_token = self._tokens(command, {**INHERITED, **settings})

    @staticmethod
    def _tokens(command, environment):
        """The tokens of two sample users; none where another issuer makes them."""
        tokens = []
        for name in ("old_username", "sample_admin"):
            made = [*command, "token", "--as", name]
            made = subprocess.run(made, env=environment, capture_output=True, text=True, check=False)
            tokens.append(made.stdout.strip() or None)
        return tokens

    def logged(self):
        self.log.seek(0)
        return self.log.read()

    def stop(self):
        self.process.kill()
        self.process.wait()


def token(command, *arguments):
    """A token that a server with the usual settings accepts."""
    made = subprocess.run([*command, "token", *arguments], env=INHERITED, capture_output=True, text=True, check=True)
    return made.stdout.strip()

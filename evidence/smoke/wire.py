"""What stands between two parties on the wire and changes what they say: a proxy, and an issuer's token endpoint."""

import http.client
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


class Server:
    """An HTTP server on a free port of this machine, which calls `answer(method, path, headers, body)`. Where that is
    None, the connection ends without an answer."""

    def __init__(self, answer):
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self):
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                answered = answer(self.command, self.path, dict(self.headers), body)
                if answered is None:
                    self.close_connection = True
                    return
                status, headers, body = answered
                self.send_response(status)
                for name, value in headers.items():
                    if name.lower() not in ("content-length", "transfer-encoding", "connection", "date"):
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_PATCH = do_DELETE = do_OPTIONS = handle_any

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = "http://127.0.0.1:%d" % self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


def forward(target, method, path, headers, body):
    """The answer of the server at the URL `target`."""
    connection = http.client.HTTPConnection(urlsplit(target).netloc, timeout=30)
    try:
        kept = {name: value for name, value in headers.items() if name.lower() not in ("connection", "content-length")}
        connection.request(method, path, body=body or None, headers=kept)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


def dynamodb_error(name):
    """The answer of DynamoDB that is this exception."""
    body = {"__type": f"com.amazonaws.dynamodb.v20120810#{name}", "message": name}
    return 400, {"Content-Type": "application/x-amz-json-1.0"}, json.dumps(body).encode()


class DynamoDbProxy(Server):
    """In front of a DynamoDB: what `interfere(operation, request)` returns is the answer, unless it is None. It may
    change the request."""

    def __init__(self, target):
        self.interfere = lambda operation, request: None
        super().__init__(lambda *sent: self._answer(target, *sent))

    def _answer(self, target, method, path, headers, body):
        operation = next(
            (value.split(".")[-1] for name, value in headers.items() if name.lower() == "x-amz-target"), ""
        )
        request = json.loads(body or b"{}")
        answer = self.interfere(operation, request)
        if answer is not None:
            return answer
        return forward(target, method, path, headers, json.dumps(request).encode())


class Rerouted(Server):
    """In front of an API without one of its routes: a request to the path `missing` goes to where API Gateway would
    send it then."""

    def __init__(self, target, missing, instead):
        def answer(method, path, headers, body):
            return forward(target, method, instead if path == missing else path, headers, body)

        super().__init__(answer)


class Cut(Server):
    """In front of an API: a request with the text `lost` in its body is carried out, and its answer is lost."""

    def __init__(self, target, lost):
        def answer(method, path, headers, body):
            answered = forward(target, method, path, headers, body)
            return None if lost in body else answered

        super().__init__(answer)


class TokenEndpoint(Server):
    """An issuer that gives a token for a client's id and secret (RFC 6749 section 4.4)."""

    def __init__(self, token, authorization, form):
        def answer(_method, _path, headers, body):
            if headers.get("Authorization") != authorization or body != form:
                return 401, {"Content-Type": "application/json"}, b'{"error":"invalid_client"}'
            given = {"access_token": token, "token_type": "Bearer"}
            return 200, {"Content-Type": "application/json"}, json.dumps(given).encode()

        super().__init__(answer)

"""A webhook on this machine that answers as it is told and keeps what it was sent."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast


@dataclass
class Receiver:
    """What the webhook was sent: path, headers and body of each request. `status` is what it answers, and `place`
    where a redirect leads."""

    port: int = 0
    status: int = 200
    place: str = ""
    wait: threading.Event = field(default_factory=threading.Event)
    slow: bool = False
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?key=s3cret"

    @property
    def events(self) -> list[dict[str, Any]]:
        """Every event of every request, in order."""
        return [json.loads(line) for _, _, body in self.requests for line in body.splitlines()]


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        receiver = cast("_Server", self.server).receiver
        body = self.rfile.read(int(self.headers["Content-Length"]))
        receiver.requests.append((self.path, dict(self.headers), body))
        if receiver.slow:
            receiver.wait.wait()
            return
        if receiver.status == 0:
            self.wfile.write(b"no http at all\r\n\r\n")
            return
        self.send_response(receiver.status)
        if receiver.place:
            self.send_header("Location", receiver.place)
        self.end_headers()
        self.wfile.write(b"key=s3cret token=t0ken")

    do_GET = do_POST

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    receiver: Receiver


@contextlib.contextmanager
def receiving() -> Iterator[Receiver]:
    """Run a webhook on a free port of this machine."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.receiver = Receiver(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.receiver
    finally:
        server.receiver.wait.set()
        server.shutdown()
        server.server_close()
        thread.join()

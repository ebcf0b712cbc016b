"""A web server on this machine that can fail in all the ways that servers do."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Server:
    """What is served, and how.

    ranges: whether it knows HTTP's ranges; cuts: after how many bytes of its body each answer
    breaks off, in turn, the last of them for all that follow (None: not at all); held: what an
    answer waits for after that; status: other than 200, of an answer without a body; asked: the
    Range headers of the requests so far.
    """

    content: bytes
    ranges: bool = True
    cuts: list[int | None] = field(default_factory=lambda: [None])
    held: threading.Event | None = None
    status: int = 200
    tells_length: bool = True
    asked: list[str | None] = field(default_factory=list)
    url: str = ""

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        wanted = handler.headers.get("Range")
        cut = self.cuts[min(len(self.asked), len(self.cuts) - 1)]
        self.asked.append(wanted)
        if self.status != 200:
            handler.send_error(self.status)
            return
        body = self.content
        match = re.fullmatch(r"bytes=(\d+)-", wanted or "")
        if match and self.ranges:
            start, whole = int(match[1]), len(self.content)
            if start >= whole:
                handler.send_response(416)
                handler.send_header("Content-Range", f"bytes */{whole}")
                handler.end_headers()
                return
            body = body[start:]
            handler.send_response(206)
            handler.send_header("Content-Range", f"bytes {start}-{whole - 1}/{whole}")
        else:
            handler.send_response(200)
        if self.tells_length:
            handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body[:cut])
        if self.held is not None:
            self.held.wait(30)


@contextmanager
def serving(content: bytes, name: str) -> Iterator[Server]:
    """Serves content at ``server.url``, which ends in name."""
    server = Server(content)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.answer(self)

        def log_message(self, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        server.url = f"http://127.0.0.1:{listening.server_port}/models/{name}"
        thread = threading.Thread(target=listening.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server
        finally:
            listening.shutdown()
            thread.join()

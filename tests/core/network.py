"""A network for tests, on loopback: names that lead to us, a proxy, an authority for TLS."""

from __future__ import annotations

import base64
import functools
import html
import http.server
import select
import shutil
import socket
import ssl
import subprocess
import threading
import time
import urllib.parse
from pathlib import Path

from tests.core import registry as reg

#: No other way leads to it: whoever gets something from here went through the proxy.
REGISTRY = "packages.invalid"
PYTORCH = "download.pytorch.org"


class Authority:
    """One that nobody else trusts, and a certificate of it for the names above."""

    def __init__(self, folder: Path) -> None:
        self.certificate = folder / "authority.pem"
        key, leaf, request = folder / "key.pem", folder / "leaf.pem", folder / "request.pem"
        names = ",".join(f"DNS:{name}" for name in (REGISTRY, PYTORCH))
        (folder / "names").write_text(f"subjectAltName={names}\nbasicConstraints=CA:FALSE\n")

        def openssl(*arguments: object) -> None:
            command = ["openssl", *map(str, arguments)]
            subprocess.run(command, check=True, capture_output=True)

        curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key]
        usage = ["-addext", "keyUsage=critical,keyCertSign,digitalSignature"]
        ours = ["-subj", "/CN=Tests", "-days", 2, *usage]
        openssl("req", "-x509", *curve, "-out", self.certificate, *ours)
        openssl("req", "-new", "-key", key, "-out", request, "-subj", "/CN=Tests' leaf")
        signed = ["-CA", self.certificate, "-CAkey", key, "-CAcreateserial", "-days", 2]
        openssl("x509", "-req", "-in", request, "-out", leaf, *signed, "-extfile", folder / "names")
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(leaf, key)


class PyTorchIndex(reg.Registry):
    """As PyTorch's own is: HTML, hashes in fragments, no sizes; a folder for each build."""

    def find(self, path: str) -> tuple[str, bytes] | None:
        _, _, build, name, *_ = [*path.split("/"), "", ""]
        folder = self.folder / build
        if name.endswith(".metadata"):
            wheel = folder / name.removesuffix(".metadata")
            return "text/plain", reg.metadata(wheel)
        if name.endswith(".whl"):
            return reg.read(folder / name)
        links = [
            f'<a href="/whl/{build}/{urllib.parse.quote(wheel.name)}#sha256={reg.sha256(wheel)}" '
            f'data-core-metadata="true">{html.escape(wheel.name)}</a><br/>'
            for wheel in reg.wheels_of(folder, name)
        ]
        page = "\n".join(["<!DOCTYPE html><html><body>", *links, "</body></html>"])
        return ("text/html", page.encode()) if links else None


class Proxy:
    """Leads names with ports to ports of ours, and anything else nowhere.

    `user`: "name:password" that it asks for; `refuses`: a status that it answers all with.
    """

    def __init__(self, ways: dict[str, int], user: str = "", refuses: int = 0) -> None:
        self.ways, self.user, self.refuses = ways, user, refuses
        self.asked: list[str] = []
        handler = functools.partial(_ProxyHandler, self)
        self._server = reg.Server(("127.0.0.1", 0), handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.address = f"127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _ProxyHandler(http.server.BaseHTTPRequestHandler):
    def __init__(self, proxy: Proxy, *arguments: object) -> None:
        self._proxy = proxy
        super().__init__(*arguments)  # type: ignore[arg-type]

    def do_CONNECT(self) -> None:
        with self._through(self.path) as there:
            if there is not None:
                self.send_response(200)
                self.end_headers()
                _join(self.connection, there)

    def do_GET(self) -> None:
        self._plain()

    def do_HEAD(self) -> None:
        self._plain()

    def _plain(self) -> None:
        url = urllib.parse.urlsplit(self.path)
        with self._through(f"{url.hostname}:{url.port or 80}") as there:
            if there is not None:
                there.sendall(f"{self.command} {url.path} HTTP/1.0\r\n\r\n".encode())
                _join(self.connection, there)

    def _through(self, where: str) -> _Way:
        proxy = self._proxy
        proxy.asked.append(where)
        self.close_connection = True
        wanted = f"Basic {base64.b64encode(proxy.user.encode()).decode()}"
        if proxy.user and self.headers["Proxy-Authorization"] != wanted:
            self.send_response(407)
            self.send_header("Proxy-Authenticate", 'Basic realm="tests"')
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif proxy.refuses or where not in proxy.ways:
            self.send_error(proxy.refuses or 502)
        else:
            return _Way(socket.create_connection(("127.0.0.1", proxy.ways[where])))
        return _Way(None)

    def log_message(self, *_: object) -> None:
        """Quiet."""


class _Way:
    def __init__(self, there: socket.socket | None) -> None:
        self._there = there

    def __enter__(self) -> socket.socket | None:
        return self._there

    def __exit__(self, *_: object) -> None:
        if self._there is not None:
            self._there.close()


def _join(one: socket.socket, other: socket.socket) -> None:
    """What either says goes to the other, until one of them ends."""
    to = {one: other, other: one}
    while True:
        for spoken in select.select([one, other], [], [])[0]:
            try:
                said = spoken.recv(65536)
                to[spoken].sendall(said)
            except OSError:
                return
            if not said:
                return


def status(code: int) -> reg.Fault:
    """Answers with that."""
    return lambda handler, body: handler.send_error(code)


def cut(times: int) -> reg.Fault:
    """Ends half way, the first `times` times."""
    left = [times]

    def fault(handler: reg.Handler, body: bytes) -> None:
        handler.begin(len(body))
        left[0] -= 1
        handler.wfile.write(body if left[0] < 0 else body[: len(body) // 2])

    return fault


def stall(until: threading.Event) -> reg.Fault:
    """Half of it, and then nothing more."""

    def fault(handler: reg.Handler, body: bytes) -> None:
        handler.begin(len(body))
        handler.wfile.write(body[: len(body) // 2])
        handler.wfile.flush()
        until.wait(60)

    return fault


def slow(rate: float) -> reg.Fault:
    """So many bytes a second."""

    def fault(handler: reg.Handler, body: bytes) -> None:
        handler.begin(len(body))
        step = max(int(rate / 20), 1)
        for start in range(0, len(body), step):
            handler.wfile.write(body[start : start + step])
            time.sleep(step / rate)

    return fault


def instead(wheel: Path) -> reg.Fault:
    """Another file than the one that was asked for."""

    def fault(handler: reg.Handler, body: bytes) -> None:
        other = wheel.read_bytes()
        handler.begin(len(other))
        handler.wfile.write(other)

    return fault


have_openssl = shutil.which("openssl") is not None

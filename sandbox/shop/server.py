"""Serves the stub shop on the loopback address, on one port for each side's load balancers."""

import ssl
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from pay.model import Side
from pay.smoke.runner.run import RunnerNetwork
from sandbox.shop.certificates import Authority
from sandbox.shop.shop import Shop, ShopRequest

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class ShopServer:
    """The addresses of a shop that is served."""

    authority: Authority
    ports: Mapping[Side, int]

    def place(self, side: Side) -> str:
        """Return `address:port` of a side."""
        return f"{LOOPBACK}:{self.ports[side]}"

    def network(self, sides: Mapping[str, Side]) -> RunnerNetwork:
        """Return the network in which these hosts lead to these sides."""
        resolve = {host: self.place(side) for host, side in sides.items()}
        return RunnerNetwork(resolve, self.authority.file, self.authority.trusted_key)


@contextmanager
def serving(shop: Shop) -> Iterator[ShopServer]:
    """Serve both sides of a shop."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="shop-"))
        authority = Authority(Path(folder))
        ports = {side: stack.enter_context(_serving(shop, side, authority)) for side in Side}
        yield ShopServer(authority, ports)


@contextmanager
def _serving(shop: Shop, side: Side, authority: Authority) -> Iterator[int]:
    class ShopHandler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            host = headers.get("host", "").partition(":")[0]
            path = self.path.partition("?")[0]
            asked = ShopRequest(self.command, host, path, headers, self.rfile.read(length))
            answered = shop.answer(side, asked)
            body = answered.body.encode()
            self.send_response(answered.status)
            if answered.location is not None:
                self.send_header("Location", answered.location)
            if body:
                self.send_header("Content-Type", answered.content_type)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = True

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    def choose(socket: Any, name: str | None, _: ssl.SSLContext) -> None:
        socket.context = authority.context(name or "localhost")

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.sni_callback = choose
    # Each thread does its own handshake, as a silent connection must not block the others.
    server = ThreadingHTTPServer((LOOPBACK, 0), ShopHandler)
    server.daemon_threads = True
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
    )
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

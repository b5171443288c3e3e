"""Serves the stand-in on one port with a thread a request, in this process or as a program."""

import socket
import sys
import threading
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from payments.standin.app import App
from payments.standin.clockwork import Clockwork
from payments.standin.delivery import Courier
from payments.standin.resources import accounts
from payments.standin.store import Store


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 128

    def server_bind(self) -> None:
        """Bind without asking a name server who we are."""
        if self.allow_reuse_address:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]
        self.setup_environ()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that went away; they are a part of the play."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(WSGIRequestHandler):
    def get_environ(self) -> dict[str, Any]:
        return super().get_environ() | {"standin.hang_up": self._hang_up}

    def _hang_up(self) -> None:
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Keep quiet; the backstage pages tell more."""


class Standin:
    """A running stand-in. `db` is its file (`:memory:` for none); port 0 picks a free one.

    `webhook_secret` is given to every endpoint made from now on, so that one setting serves all.
    `webhook_pattern`, such as `http://{slug}.localhost:8000/hook`, welcomes accounts `acct_<slug>`.
    `patience` scales the time between attempts at a delivery.
    """

    def __init__(
        self,
        *,
        db: str = ":memory:",
        host: str = "127.0.0.1",
        port: int = 0,
        public_url: str = "",
        webhook_secret: str = "",
        webhook_pattern: str = "",
        patience: float = 1.0,
    ) -> None:
        self.store = Store(db)
        if webhook_secret:
            self.store.set("webhook_secret", webhook_secret)
        if webhook_pattern:
            accounts.follow(self.store, webhook_pattern)
        self.courier = Courier(self.store, patience=patience)
        self.clockwork = Clockwork(self.store, self.courier)
        self._server = _Server((host, port), _Handler)
        self._server.set_app(App(self.store, self.courier, public_url=public_url))
        self.url = f"http://{host}:{self._server.server_port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True
        )

    def start(self) -> "Standin":
        """Begin to answer, and return at once."""
        self.courier.start()
        self.clockwork.start()
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop answering and close the file."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self.clockwork.stop()
        self.courier.stop()
        self.store.close()

    def __enter__(self) -> "Standin":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

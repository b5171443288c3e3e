"""Runs the stand-in: `python -m payments.standin --port 4242 --db standin.sqlite3`."""

import argparse
import signal
import sys
import threading

from payments.standin.server import Standin


def main(arguments: list[str] | None = None) -> int:
    """Serve until the process is asked to end."""
    parser = argparse.ArgumentParser(prog="python -m payments.standin", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=4242)
    parser.add_argument("--db", default="standin.sqlite3", help="the file that keeps its state")
    parser.add_argument("--public-url", default="", help="where browsers reach it, if elsewhere")
    parser.add_argument(
        "--webhook-secret", default="", help="one secret for every endpoint made from now on"
    )
    asked = parser.parse_args(arguments)
    standin = Standin(
        db=asked.db,
        host=asked.host,
        port=asked.port,
        public_url=asked.public_url,
        webhook_secret=asked.webhook_secret,
    )
    ended = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: ended.set())
    standin.start()
    sys.stdout.write(f"A stand-in for Stripe answers at {standin.url}\n")
    sys.stdout.flush()
    ended.wait()
    standin.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Runs the stand-in: `python -m payments.standin`, with what it needs from the environment."""

import argparse
import os
import signal
import sys
import threading

from payments.standin import environment
from payments.standin.server import Standin


def main(arguments: list[str] | None = None) -> int:
    """Serve until the process is asked to end."""
    given = environment.options(os.environ)
    parser = argparse.ArgumentParser(prog="python -m payments.standin", description=__doc__)
    parser.add_argument("--host", default=given["host"])
    parser.add_argument("--port", type=int, default=given["port"])
    parser.add_argument("--db", default=given["db"], help="the file that keeps its state")
    parser.add_argument(
        "--public-url", default=given["public_url"], help="where browsers reach it, if elsewhere"
    )
    parser.add_argument(
        "--webhook-secret",
        default=given["webhook_secret"],
        help="one secret for every endpoint made from now on; empty gives each its own",
    )
    parser.add_argument(
        "--webhook-pattern",
        default=given["webhook_pattern"],
        help="where {slug} of an account acct_{slug} hears of events; empty welcomes no account",
    )
    standin = Standin(**vars(parser.parse_args(arguments)))
    ended = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: ended.set())
    with standin:
        sys.stdout.write(f"A stand-in for Stripe answers at {standin.url}\n")
        sys.stdout.flush()
        ended.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())

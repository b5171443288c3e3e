"""The load: a few processes that ask again and again over kept connections, for a bounded time."""

import json
import multiprocessing
import random
import socket
import threading
import time
from dataclasses import dataclass

PROCESSES = 2
CONNECTIONS = 4  # of each process; several, so that every worker of the server has some


@dataclass(frozen=True)
class Target:
    """What is asked: POST `path` on 127.0.0.1:`port`, with a body for each plate."""

    port: int
    host: str
    path: str
    token: str
    bodies: tuple[bytes, ...]


def rate(target: Target, *, seconds: float) -> float:
    """Return how many answers a second `target` gives; every answer must be 200.

    :raises SystemExit: if one is not, saying which.
    """
    context = multiprocessing.get_context("spawn")
    with context.Pool(PROCESSES) as pool:
        done = pool.starmap(_process, [(target, seconds, number) for number in range(PROCESSES)])
    wrong = [answer for _, wrongs in done for answer in wrongs]
    if wrong:
        raise SystemExit(f"{target.path} answered {wrong[0]}")
    return sum(count for count, _ in done) / seconds


def _process(target: Target, seconds: float, number: int) -> tuple[int, list[str]]:
    counts, wrong = [0] * CONNECTIONS, []
    until = time.monotonic() + seconds

    def ask(place: int) -> None:
        pick = random.Random(number * 100 + place)
        with socket.create_connection(("127.0.0.1", target.port), timeout=30) as link:
            while time.monotonic() < until and not wrong:
                link.sendall(_request(target, pick.choice(target.bodies)))
                head = _answer(link)
                if not head.startswith(b"HTTP/1.1 200"):
                    wrong.append(head.decode("latin-1"))
                    return
                counts[place] += 1

    threads = [threading.Thread(target=ask, args=(place,)) for place in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts), wrong


def _request(target: Target, body: bytes) -> bytes:
    return (
        f"POST {target.path} HTTP/1.1\r\nHost: {target.host}\r\nAuthorization: Bearer {target.token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body


def _answer(link: socket.socket) -> bytes:
    """Read one answer to its end; returns its head."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += link.recv(65_536) or _closed(data)
    head, _, rest = data.partition(b"\r\n\r\n")
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            left = int(line.split(b":")[1]) - len(rest)
            while left > 0:
                left -= len(link.recv(65_536) or _closed(data))
    return head


def _closed(data: bytes) -> bytes:
    raise ConnectionError(f"the server closed the connection after {data[:200]!r}")


def body(plate: str, zone: str) -> bytes:
    """Return the body of a plate check."""
    return json.dumps({"plate": plate, "zone": zone}).encode()

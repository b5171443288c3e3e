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

TIMEOUT = 120
GOOD = (b"HTTP/1.1 200", b"HTTP/1.1 204")


@dataclass(frozen=True)
class Target:
    """What is asked: POST `path` on 127.0.0.1:`port`, with a body for each plate; without bodies, GET it.

    `token` is for the API, `cookie` ("name=value") for pages.
    """

    port: int
    host: str
    path: str
    token: str = ""
    bodies: tuple[bytes, ...] = ()
    cookie: str = ""


def rate(*targets: Target, seconds: float) -> float:
    """Return how many answers a second the targets give together, each asked as often; every answer
    must be 200, or 204 where there is nothing new.

    :raises SystemExit: if one is not, saying which.
    """
    return len(times(*targets, seconds=seconds)) / seconds


def times(*targets: Target, seconds: float, connections: int = CONNECTIONS) -> list[float]:
    """Return how many seconds each answer took; see `rate`."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(PROCESSES) as pool:
        jobs = [(targets, seconds, number, connections) for number in range(PROCESSES)]
        done = pool.starmap(_process, jobs)
    wrong = [answer for _, wrongs in done for answer in wrongs]
    if wrong:
        raise SystemExit(wrong[0])
    return [taken for took, _ in done for taken in took]


def _process(
    targets: tuple[Target, ...], seconds: float, number: int, connections: int
) -> tuple[list[float], list[str]]:
    took: list[list[float]] = [[] for _ in range(connections)]
    wrong: list[str] = []
    until = time.monotonic() + seconds

    def ask(place: int) -> None:
        pick = random.Random(number * 100 + place)
        with socket.create_connection(("127.0.0.1", targets[0].port), timeout=TIMEOUT) as link:
            while (began := time.monotonic()) < until and not wrong:
                target = pick.choice(targets)
                link.sendall(_request(target, pick.choice(target.bodies or (b"",))))
                head = _answer(link)
                if not head.startswith(GOOD):
                    wrong.append(f"{target.path} answered {head.decode('latin-1')}")
                    return
                took[place].append(time.monotonic() - began)

    def bounded(place: int) -> None:
        try:
            ask(place)
        except OSError as error:
            wrong.append(f"{targets[0].path}: {error!r}")

    threads = [threading.Thread(target=bounded, args=(place,)) for place in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [taken for own in took for taken in own], wrong


def _request(target: Target, body: bytes) -> bytes:
    if not target.bodies:
        cookie = f"Cookie: {target.cookie}\r\n" if target.cookie else ""
        return f"GET {target.path} HTTP/1.1\r\nHost: {target.host}\r\n{cookie}\r\n".encode()
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

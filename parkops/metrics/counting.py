"""Requests counted in each process, and added up in the store that all processes of all hosts share.

A process keeps its own counts and writes them every few seconds, so that a request costs no round trip; whichever
process is asked for the metrics tells those of all. While the store is away counts wait.
"""

import atexit
import logging
import time
from collections import defaultdict
from threading import Lock

import redis
from django.conf import settings

logger = logging.getLogger(__name__)

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Up to how many seconds a request is counted in which bucket; beyond the last there is one more."""
EVERY_SECONDS = 5.0
STORE_SECONDS = 1

SURFACES = frozenset(
    {"office", "field", "api", "my", "static", "scim", "apds", "embed", "open-data"}
)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})

_client = redis.Redis.from_url(
    settings.REDIS_URL, socket_timeout=STORE_SECONDS, socket_connect_timeout=STORE_SECONDS
)
_lock = Lock()
_counts: dict[str, float] = defaultdict(float)
_written_at = time.monotonic()


def key() -> str:
    """Return under which name the store has the counts."""
    return f"{settings.CACHES['global']['KEY_PREFIX']}:metrics:requests"


def surface_of(path: str, *, is_platform: bool) -> str:
    """Return which part of the product a path is of: a few words, whatever is asked for."""
    if is_platform:
        return "platform"
    first = path.lstrip("/").partition("/")[0]
    return first if first in SURFACES else "public"


def count(surface: str, method: str, status: int, seconds: float) -> None:
    """Count a request; now and then write what was counted."""
    name = f"{surface}|{method if method in METHODS else 'other'}|{status // 100}xx"
    bucket = next((place for place, most in enumerate(BUCKETS) if seconds <= most), len(BUCKETS))
    with _lock:
        _counts[f"{name}|sum"] += seconds
        _counts[f"{name}|{bucket}"] += 1
    if time.monotonic() - _written_at > EVERY_SECONDS:
        write()


def write() -> None:
    """Add what this process counted to what all have counted."""
    global _written_at
    with _lock:
        _written_at = time.monotonic()
        told = dict(_counts)
        _counts.clear()
    if not told:
        return
    try:
        with _client.pipeline(transaction=True) as pipe:
            for name, more in told.items():
                pipe.hincrbyfloat(key(), name, more)
            pipe.execute()
    except redis.RedisError as error:
        logger.warning("Metrics wait for the store: %s", error)
        with _lock:
            for name, more in told.items():
                _counts[name] += more


def counted() -> dict[tuple[str, str, str], tuple[float, list[int]]]:
    """Return what all processes counted: by surface, method and class of status, seconds and buckets.

    :raises redis.RedisError: if the store is away.
    """
    found: dict[tuple[str, str, str], tuple[float, list[int]]] = {}
    stored: dict[bytes, bytes] = _client.hgetall(key())  # type: ignore[assignment]
    for name, value in stored.items():
        surface, method, status, what = name.decode().split("|")
        seconds, buckets = found.get((surface, method, status), (0.0, [0] * (len(BUCKETS) + 1)))
        if what == "sum":
            seconds = float(value)
        else:
            buckets[int(what)] = round(float(value))
        found[surface, method, status] = (seconds, buckets)
    return found


atexit.register(write)

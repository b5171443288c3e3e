"""How often somebody may ask, counted in the store that all processes share."""

import logging
import time

import redis
from django.conf import settings
from django.db import connection
from django.http import HttpRequest

from parkops.api.problems import Problem
from parkops.kernel.decisions import Refused
from parkops.kernel.texts import say

logger = logging.getLogger(__name__)

_client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)


def allow(key: str, *, per_second: int = 0, per_minute: int = 0) -> bool:
    """Count one request under `key`; False if it is one too many in this second or minute.

    While the store is away everything is allowed: a limit protects the service and must not end it.
    """
    seconds, most = (1, per_second) if per_second else (60, per_minute)
    name = f"limit:{key}:{int(time.time()) // seconds}"
    try:
        with _client.pipeline(transaction=False) as pipe:
            pipe.incr(name)
            pipe.expire(name, seconds + 1)
            count = pipe.execute()[0]
    except redis.RedisError as error:
        logger.warning("Limits are not counted: %s", error)
        return True
    return count <= most


def require(key: str, *, per_second: int = 0, per_minute: int = 0) -> None:
    """Do nothing if `key` may ask once more.

    :raises Problem: 429 with `Retry-After` otherwise.
    """
    if not allow(key, per_second=per_second, per_minute=per_minute):
        wait = "1" if per_second else "60"
        raise Problem(
            429,
            "too_many_requests",
            f"More requests than the limit. Try again in {wait} s.",
            headers={"Retry-After": wait},
        )


def require_calm(request: HttpRequest, act: str, *, per_minute: int, of: str = "") -> None:
    """Do nothing if a page's act may be tried once more: from this address, or by everybody on `of`.

    :raises Refused: "too_often" otherwise.
    """
    key = f"{connection.schema_name}:{act}:{of or address(request)}"
    if not allow(key, per_minute=per_minute):
        raise Refused("too_often", say("That was tried too often. Wait a minute."))


def address(request: HttpRequest) -> str:
    """Return the address that the request came from, as the server sees it."""
    return str(request.META.get("REMOTE_ADDR", ""))

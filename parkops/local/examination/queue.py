"""Redis or Valkey, which carries the queue and the cache, and the worker behind it."""

from collections.abc import Iterator

import redis
from celery import current_app
from django.conf import settings
from kombu.exceptions import OperationalError

from .findings import Finding, fault, ok, warning


def examine() -> Iterator[Finding]:
    """Look at the queue's server; if it does not answer, that is the only finding."""
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=5, decode_responses=True)
    try:
        about = client.info("server")
        yield ok(f"{_name(about)}, reachable")
        yield from _kept(client)
    except redis.RedisError as error:
        yield fault(
            f"Redis or Valkey does not answer: {error}", "Check REDIS_URL and that the server runs"
        )
        return
    finally:
        client.close()
    yield _worker()


def _name(about: dict) -> str:
    if about.get("valkey_version"):
        return f"Valkey {about['valkey_version']}"
    return f"Redis {about.get('redis_version', 'of an unknown version')}"


def _kept(client: redis.Redis) -> Iterator[Finding]:
    """See that the server throws no task away and writes what it has to disk."""
    try:
        policy = client.config_get("maxmemory-policy").get("maxmemory-policy")
        is_written = client.config_get("appendonly").get("appendonly") == "yes"
    except redis.ResponseError:
        yield warning(
            "The server does not tell its eviction policy",
            "See that maxmemory-policy is noeviction",
        )
        return
    if policy != "noeviction":
        yield fault(
            f"The eviction policy is {policy}: queued work may be thrown away",
            "CONFIG SET maxmemory-policy noeviction, and in its configuration file",
        )
    else:
        yield ok("The queue throws nothing away (noeviction)")
    if not is_written:
        yield warning(
            "The queue is not written to disk (appendonly no): a restart delays its work",
            "Set appendonly yes",
        )


def _worker() -> Finding:
    try:
        answers = current_app.control.ping(timeout=1)
    except (OSError, OperationalError) as error:
        return fault(f"The queue cannot be used: {error}", "Check REDIS_URL")
    if not answers:
        return warning("No worker answers: nothing expires, no message is sent", "Start one")
    return ok(f"{len(answers)} worker{'s' if len(answers) > 1 else ''} at work")

"""Twice is once: a POST with an `Idempotency-Key` acts once and repeats its first answer."""

import hashlib
import json
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja.decorators import decorate_view

from parkops.api import operations
from parkops.api.problems import Problem

Handler = Callable[..., Any]
HEADER = "Idempotency-Key"
WAIT_SECONDS = 5
PAUSE_SECONDS = 0.05
# Not the caller's last word: a later try may come out otherwise.
_NOT_KEPT = {401, 403, 409, 413, 429}


def idempotent(handler: Handler) -> Handler:
    """Run the handler of a POST and keep its answer in one transaction: a crash keeps neither.

    Put it directly on the handler, under the router's decorator.
    """
    return _idempotent(handler, in_steps=False)


def idempotent_in_steps(handler: Handler) -> Handler:
    """The same for a handler that commits before it talks to another server, such as Stripe.

    The key is claimed for 90 s; after a crash the next try runs the handler again, whose operation
    must therefore be safe to repeat (`request.idempotency_key` names the try).
    """
    return _idempotent(handler, in_steps=True)


def _idempotent(handler: Handler, *, in_steps: bool) -> Handler:
    @wraps(handler)
    def claimed(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        key = _key(request)
        if not key:
            return handler(request, *args, **kwargs)
        claim = _claim(request, key, in_steps=in_steps)
        if claim.answer is not None:
            return _repeat(claim.answer)
        request.idempotency_claim = claim
        request.idempotency_key = f"{request.auth.token_id}:{_route(request)}:{key}"
        if in_steps:
            return handler(request, *args, **kwargs)
        with transaction.atomic():
            return handler(request, *args, **kwargs)

    def keeping(run: Handler) -> Handler:
        @wraps(run)
        def kept(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            if not _key_given(request):
                return run(request, **kwargs)
            if in_steps:
                return _settle(request, run(request, **kwargs), in_steps=True)
            with transaction.atomic():
                return _settle(request, run(request, **kwargs), in_steps=False)

        return kept

    return decorate_view(keeping)(claimed)


def _claim(request: HttpRequest, key: str, *, in_steps: bool) -> operations.Claim:
    """Claim the key; a double of a request in steps waits a few seconds for the first to end."""
    wanted = {
        "token_id": request.auth.token_id,
        "route": _route(request),
        "key": key,
        "digest": _digest(request),
        "leased": in_steps,
    }
    until = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            return operations.claim_key(**wanted, at=timezone.now())
        except Problem as problem:
            waits = in_steps and problem.code == "idempotency_in_progress"
            if not waits or time.monotonic() > until:
                raise
        time.sleep(PAUSE_SECONDS)


def _settle(request: HttpRequest, response: HttpResponse, *, in_steps: bool) -> HttpResponse:
    """Keep the answer, or leave no trace of a try that came to nothing."""
    claim = getattr(request, "idempotency_claim", None)
    if claim is None:
        return response
    if response.status_code < 500 and response.status_code not in _NOT_KEPT:
        operations.keep_answer(
            claim.row_id,
            status=response.status_code,
            content_type=response["Content-Type"],
            body=response.content.decode(),
        )
    elif in_steps:
        operations.give_up_key(claim.row_id)
    else:
        transaction.set_rollback(True)
    return response


def _key_given(request: HttpRequest) -> bool:
    return bool(request.headers.get(HEADER, "").strip())


def _key(request: HttpRequest) -> str:
    key = request.headers.get(HEADER, "").strip()
    if len(key) > 255:
        message = "An Idempotency-Key has at most 255 characters."
        raise Problem(422, "idempotency_key", message)
    return key


def _route(request: HttpRequest) -> str:
    route = f"{request.method} {request.get_full_path()}"
    return route if len(route) <= 400 else hashlib.sha256(route.encode()).hexdigest()


def _digest(request: HttpRequest) -> str:
    """Return the hash of what the body says; spacing and the boundary of parts do not matter."""
    digest = hashlib.sha256()
    if request.content_type == "multipart/form-data":
        for name in sorted(request.POST):
            digest.update(json.dumps([name, request.POST.getlist(name)]).encode())
        for name in sorted(request.FILES):
            for file in request.FILES.getlist(name):
                digest.update(json.dumps([name, file.name, file.size]).encode())
                for chunk in file.chunks():
                    digest.update(chunk)
                file.seek(0)
        return digest.hexdigest()
    try:
        said = json.dumps(json.loads(request.body or b"null"), sort_keys=True).encode()
    except ValueError:
        said = request.body
    digest.update(said)
    return digest.hexdigest()


def _repeat(answer: Any) -> HttpResponse:
    response = HttpResponse(
        answer.body, status=answer.status, content_type=answer.content_type or "application/json"
    )
    response["Idempotency-Replayed"] = "true"
    return response

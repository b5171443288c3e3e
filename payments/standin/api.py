"""How a request to the API is answered: who asks, once only, and with what going wrong."""

import base64
import json
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from payments.standin import delivery, idempotency, routes, shapes
from payments.standin.calls import Call
from payments.standin.delivery import Courier
from payments.standin.errors import ApiError
from payments.standin.faults import Dropped, Fault
from payments.standin.resources import accounts
from payments.standin.store import Store, new_id
from payments.standin.web import Answer, Request, json_answer

Perform = Callable[[], dict[str, Any]]


def answer(store: Store, courier: Courier, request: Request, fault: Fault) -> Answer:
    """Answer one request as Stripe would, or as `fault` says.

    :raises Dropped: if the connection is to be closed instead.
    """
    request_id = new_id("req", 14)
    headers = {"Request-Id": request_id}
    if version := request.headers.get("stripe-version"):
        headers["Stripe-Version"] = version
    try:
        _check_key(request)
        account = request.headers.get("stripe-account", "")
        if account:
            accounts.check(store, account)
            headers["Stripe-Account"] = account
        result = _once(store, courier, request, fault, account, request_id)
    except ApiError as error:
        result = json_answer(error.status, {"error": error.body})
    result.headers.update(headers)
    return result


def _check_key(request: Request) -> None:
    kind, _, value = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "basic":
        with suppress(ValueError):
            value = base64.b64decode(value).decode().partition(":")[0]
    if not value:
        raise ApiError(401, "You did not provide an API key.")
    if not value.startswith(("sk_test_", "rk_test_")):
        raise ApiError(401, "Invalid API Key provided: the stand-in takes test keys only.")


def _once(
    store: Store, courier: Courier, request: Request, fault: Fault, account: str, request_id: str
) -> Answer:
    found = routes.find(request.method, request.path)
    if found is None:
        raise ApiError(404, f"Unrecognized request URL ({request.method}: {request.path}).")
    if fault.drop_before:
        raise Dropped
    if fault.status and not fault.status_after:
        raise _fault_error(fault)
    call = Call(store, account, request.params, request.base_url, request_id)
    if request.method == "POST":
        call.idempotency_key = request.headers.get("idempotency-key") or None
    perform = partial(_perform, call, request.path, *found, fee_later=fault.fee_later)
    result = _first_or_again(courier, request, call, fault, perform)
    if fault.drop:
        raise Dropped
    if fault.status_after:
        raise _fault_error(fault)
    return result


def _first_or_again(
    courier: Courier, request: Request, call: Call, fault: Fault, perform: Perform
) -> Answer:
    """Do it under its idempotency key, or answer as the first time."""
    key = call.idempotency_key
    if key is None:
        time.sleep(fault.delay)
        return run(courier, call, fault, perform)
    print_ = idempotency.fingerprint(request.method, request.path, request.body)
    if before := idempotency.claim(call.store, call.account, key, print_):
        again = json_answer(*before)
        again.headers["Idempotent-Replayed"] = "true"
        return again
    try:
        time.sleep(fault.delay)
        return run(courier, call, fault, perform)
    except BaseException:
        idempotency.release(call.store, call.account, key)
        raise


def run(courier: Courier, call: Call, fault: Fault, perform: Perform) -> Answer:
    """Do `perform` with its events as one transaction, then see to the deliveries.

    A declined card (402) is an answer whose traces stay; any other refusal undoes everything.
    """
    with call.store.transaction():
        try:
            status, body = 200, json.dumps(perform(), indent=2)
        except ApiError as error:
            if error.status != 402:
                raise
            status, body = 402, json.dumps({"error": error.body}, indent=2)
        if call.idempotency_key:
            idempotency.keep(call.store, call.account, call.idempotency_key, status, body)
        planned = delivery.schedule(call.store, call.announced, fault)
    if fault.webhook == "before":
        for number in planned:
            courier.send(number)
    elif planned:
        courier.nudge()
    return json_answer(status, body)


def _perform(
    call: Call, path: str, handler: routes.Handler, ids: list[str], *, fee_later: bool = False
) -> dict[str, Any]:
    result = handler(call, *ids)
    if isinstance(result, list):
        body = shapes.listed(result, call.params, url=path)
    else:
        body = shapes.shown(result)
    expand = call.params.get("expand") or []
    body = shapes.expanded(call.store, body, expand if isinstance(expand, list) else [expand])
    return shapes.unbooked(body) if fee_later else body


def _fault_error(fault: Fault) -> ApiError:
    if fault.status == 429:
        return ApiError(429, "Too many requests.", code="rate_limit")
    return ApiError(fault.status, "An unknown error occurred.", kind="api_error")

"""Checkout sessions: a page that waits for a customer until it is paid, closed or out of time."""

import re
from typing import Any

from payments.standin import forms
from payments.standin.calls import Call
from payments.standin.errors import ApiError, bad
from payments.standin.resources import intents, setups
from payments.standin.store import new_id

SHORTEST_SECONDS = 30 * 60
LONGEST_SECONDS = 24 * 60 * 60
SLACK_SECONDS = 5
LEAST = {"usd": 50, "cad": 50, "eur": 50, "gbp": 30, "jpy": 50, "chf": 50, "aud": 50, "nzd": 50}
WEB_ADDRESS = re.compile(r"https?://[\w.:\[\]-]+(/\S*)?$")
E_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+$")
KNOWN = {
    "billing_address_collection",
    "cancel_url",
    "client_reference_id",
    "currency",
    "customer_creation",
    "customer_email",
    "expires_at",
    "line_items",
    "locale",
    "metadata",
    "mode",
    "payment_intent_data",
    "payment_method_types",
    "setup_intent_data",
    "submit_type",
    "success_url",
    "ui_mode",
}


def create(call: Call) -> dict[str, Any]:
    """Make a page where the line items can be paid by card."""
    params = call.params
    forms.only(params, KNOWN)
    mode = forms.text(params, "mode")
    if mode == "setup":
        return setups.open_page(call, expires_at=_expiry(call), addresses=_addresses(params))
    if mode != "payment":
        raise bad("The stand-in knows only the modes payment and setup.", "mode")
    lines = _lines(params.get("line_items"))
    currency = lines[0]["currency"]
    total = sum(line["amount_total"] for line in lines)
    least = LEAST.get(currency, 1)
    if total < least:
        raise bad(
            "The Checkout Session's total amount due must add up to at least "
            f"{least} {currency} in the smallest unit.",
            "line_items",
            code="amount_too_small",
        )
    session_id = new_id("cs_test", 58)
    data = params.get("payment_intent_data") or {}
    return call.save(
        {
            "id": session_id,
            "object": "checkout.session",
            "amount_subtotal": total,
            "amount_total": total,
            "cancel_url": _address(params, "cancel_url", optional=True),
            "client_reference_id": params.get("client_reference_id"),
            "created": call.now(),
            "currency": currency,
            "customer": None,
            "customer_details": None,
            "customer_email": _email(params),
            "expires_at": _expiry(call),
            "livemode": False,
            "locale": params.get("locale"),
            "metadata": forms.strings(params, "metadata"),
            "mode": "payment",
            "payment_intent": None,
            "payment_method_types": params.get("payment_method_types") or ["card"],
            "payment_status": "unpaid",
            "status": "open",
            "success_url": _address(params, "success_url"),
            "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
            "ui_mode": "hosted",
            "url": f"{call.base_url}/pay/{session_id}",
            "_lines": lines,
            "_text": data.get("description"),
            "_intent_metadata": forms.strings(data, "metadata"),
            "_application_fee": forms.whole(data, "application_fee_amount", default=0) or None,
        }
    )


def pay(call: Call, session: dict[str, Any], card: str) -> dict[str, Any]:
    """Try a card on the page; a declined one leaves the page open.

    :raises ApiError: 400 if the page is closed.
    """
    session = fresh(call, session)
    _must_be_open(session, "paid")
    if session["mode"] == "setup":
        return setups.save_card(call, session, card)
    intent = (
        call.need("payment_intent", session["payment_intent"])
        if session["payment_intent"]
        else intents.make(
            call,
            amount=session["amount_total"],
            currency=session["currency"],
            text=session["_text"],
            metadata=session["_intent_metadata"],
            email=session["customer_email"],
            application_fee=session.get("_application_fee"),
        )
    )
    session["payment_intent"] = intent["id"]
    intent = intents.attempt(call, intent, card)
    if intent["status"] == "succeeded":
        session |= {
            "status": "complete",
            "payment_status": "paid",
            "customer_details": {"email": session["customer_email"], "name": None},
            "url": None,
        }
        call.save(session)
        call.announce("checkout.session.completed", session)
    return call.save(session)


def expire(call: Call, session_id: str) -> dict[str, Any]:
    """Close a page that is still open."""
    session = fresh(call, call.need("checkout.session", session_id, param="session"))
    _must_be_open(session, "expired")
    return _close(call, session)


def fresh(call: Call, session: dict[str, Any]) -> dict[str, Any]:
    """Return the session, closed if its time is over."""
    if session["status"] == "open" and session["expires_at"] <= call.now():
        return _close(call, session)
    return session


def _close(call: Call, session: dict[str, Any]) -> dict[str, Any]:
    session |= {"status": "expired", "url": None}
    call.save(session)
    if session["payment_intent"]:
        intents.cancel_waiting(call, session["payment_intent"], reason="automatic")
    call.announce("checkout.session.expired", session)
    return session


def retrieve(call: Call, session_id: str) -> dict[str, Any]:
    """Show a session."""
    return fresh(call, call.need("checkout.session", session_id, param="session"))


def index(call: Call) -> list[dict[str, Any]]:
    """List the account's sessions, of one intent or status if asked."""
    equal = {n: call.params[n] for n in ("payment_intent", "status") if n in call.params}
    return call.store.every("checkout.session", call.account, **equal)


def line_items(call: Call, session_id: str) -> list[dict[str, Any]]:
    """List what a session sells."""
    return call.need("checkout.session", session_id, param="session").get("_lines", [])


def _must_be_open(session: dict[str, Any], act: str) -> None:
    if session["status"] != "open":
        raise ApiError(
            400,
            f'Only Checkout Sessions with a status in ["open"] can be {act}. This Checkout Session '
            f"has a status of `{session['status']}`.",
        )


def _lines(given: Any) -> list[dict[str, Any]]:
    if not isinstance(given, list) or not given:
        raise bad("You must specify `line_items` in payment mode.", "line_items")
    if len(given) > 100:
        raise bad("At most 100 line items can be given.", "line_items")
    lines = [_line(item, f"line_items[{place}]") for place, item in enumerate(given)]
    if len({line["currency"] for line in lines}) > 1:
        raise bad("All line items must have the same currency.", "line_items")
    return lines


def _line(item: dict[str, Any], param: str) -> dict[str, Any]:
    price = item.get("price_data") or {}
    unit = forms.whole(price, "unit_amount")
    quantity = forms.whole(item, "quantity")
    if unit < 0:
        raise bad(
            "Invalid non-negative integer",
            f"{param}[price_data][unit_amount]",
            code="parameter_invalid_integer",
        )
    currency = forms.text(price, "currency").lower()
    product = price.get("product_data") or {}
    return {
        "id": new_id("li"),
        "object": "item",
        "amount_total": unit * quantity,
        "currency": currency,
        "description": forms.text(product, "name"),
        "quantity": quantity,
    }


def _expiry(call: Call) -> int:
    now = call.now()
    at = forms.whole(call.params, "expires_at", default=now + LONGEST_SECONDS)
    if at < now + SHORTEST_SECONDS - SLACK_SECONDS:
        raise bad(
            "The `expires_at` timestamp must be at least 30 minutes from Checkout Session"
            " creation.",
            "expires_at",
        )
    if at > now + LONGEST_SECONDS + SLACK_SECONDS:
        raise bad(
            "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.",
            "expires_at",
        )
    return at


def _addresses(params: Any) -> dict[str, str | None]:
    return {
        "cancel_url": _address(params, "cancel_url", optional=True),
        "success_url": _address(params, "success_url"),
        "customer_email": _email(params),
    }


def _address(params: Any, name: str, *, optional: bool = False) -> str | None:
    value = forms.text(params, name, default="" if optional else None)
    if not value:
        return None
    if not WEB_ADDRESS.match(value):
        raise bad("Not a valid URL", name, code="url_invalid")
    return value


def _email(params: Any) -> str | None:
    value = forms.text(params, "customer_email", default="")
    if value and not E_MAIL.match(value):
        raise bad(f"Invalid email address: {value}", "customer_email", code="email_invalid")
    return value or None

"""Connected accounts and the links by which someone fills in their details."""

import re
from typing import Any

from payments.standin import forms
from payments.standin.calls import Call
from payments.standin.errors import ApiError, missing
from payments.standin.resources import events
from payments.standin.store import Store, new_id

SLUG = re.compile(r"acct_(?P<slug>[a-z0-9-]{1,40})")


def make(store: Store, account_id: str, *, country: str, name: str, email: str) -> dict[str, Any]:
    """Make an account that may take money at once; the stand-in asks for no papers."""
    body: dict[str, Any] = {
        "id": account_id,
        "object": "account",
        "business_profile": {"name": name or None},
        "business_type": None,
        "capabilities": {"card_payments": "active", "transfers": "active"},
        "charges_enabled": True,
        "controller": {
            "type": "application",
            "fees": {"payer": "account"},
            "losses": {"payments": "stripe"},
            "stripe_dashboard": {"type": "full"},
        },
        "country": country,
        "created": store.now(),
        "default_currency": {"US": "usd", "CA": "cad", "GB": "gbp", "JP": "jpy"}.get(
            country, "eur"
        ),
        "details_submitted": True,
        "email": email or None,
        "metadata": {},
        "payouts_enabled": True,
        "requirements": {"currently_due": [], "disabled_reason": None, "past_due": []},
        "type": "none",
    }
    return store.put(body, "")


def create(call: Call) -> dict[str, Any]:
    """Make a connected account."""
    forms.only(
        call.params,
        {
            "business_profile",
            "business_type",
            "capabilities",
            "controller",
            "country",
            "email",
            "metadata",
            "type",
        },
    )
    profile = call.params.get("business_profile") or {}
    body = make(
        call.store,
        new_id("acct", 16),
        country=forms.text(call.params, "country", default="US"),
        name=profile.get("name", ""),
        email=forms.text(call.params, "email", default=""),
    )
    body["metadata"] = forms.strings(call.params, "metadata")
    return call.store.put(body, "")


def retrieve(call: Call, account_id: str) -> dict[str, Any]:
    """Show a connected account."""
    found = call.store.get("account", account_id, "")
    if found is None:
        raise missing("account", account_id)
    return found


def index(call: Call) -> list[dict[str, Any]]:
    """List the connected accounts."""
    return call.store.every("account", "")


def link(call: Call) -> dict[str, Any]:
    """Make a link to a page of ours that has nothing to ask and leads back."""
    account = retrieve(call, forms.text(call.params, "account"))
    forms.text(call.params, "refresh_url")
    back = forms.text(call.params, "return_url")
    token = new_id("link")
    call.store.set(token, back)
    return {
        "object": "account_link",
        "created": call.now(),
        "expires_at": call.now() + 300,
        "url": f"{call.base_url}/setup/{account['id']}/{token}",
    }


def check(store: Store, account_id: str) -> None:
    """Refuse an account that is not connected to the platform, or no longer.

    Where a webhook pattern is set, an account `acct_<slug>` nobody has heard of is welcome: it is
    made, with an endpoint at the address that the pattern gives for the slug.

    :raises ApiError: 403 `account_invalid`.
    """
    found = store.get("account", account_id, "")
    if found is None:
        found = _welcome(store, account_id)
    if found is None or found.get("_disconnected"):
        raise ApiError(
            403,
            f"The provided key does not have access to account '{account_id}' (or that account "
            "does not exist). Application access may have been revoked.",
            code="account_invalid",
        )


def _welcome(store: Store, account_id: str) -> dict[str, Any] | None:
    pattern, named = store.setting("webhook_pattern"), SLUG.fullmatch(account_id)
    if not pattern or not named:
        return None
    slug = named["slug"]
    with store.transaction():
        ensure(store, account_id, url=pattern.replace("{slug}", slug), name=slug.capitalize())
    return store.get("account", account_id, "")


def ensure(
    store: Store, account_id: str, *, url: str, name: str, country: str = "US", email: str = ""
) -> list[str]:
    """Make an account and its endpoint unless they are there; return its endpoints' secrets."""
    if store.get("account", account_id, "") is None:
        make(store, account_id, country=country, name=name, email=email)
    known = store.every("webhook_endpoint", account_id)
    if url and url not in [endpoint["url"] for endpoint in known]:
        known.append(events.add_endpoint(store, account_id, url=url, kinds=["*"], connect=False))
    return [endpoint["_secret"] for endpoint in known]


def follow(store: Store, pattern: str) -> None:
    """Set the webhook pattern; endpoints that an earlier one placed move along."""
    before = store.setting("webhook_pattern")
    with store.transaction():
        store.set("webhook_pattern", pattern)
        for account in store.every("account", ""):
            named = SLUG.fullmatch(account["id"])
            if named is None or not before:
                continue
            old, new = (text.replace("{slug}", named["slug"]) for text in (before, pattern))
            for endpoint in store.every("webhook_endpoint", account["id"]):
                if endpoint["url"] == old:
                    store.put(endpoint | {"url": new}, account["id"])

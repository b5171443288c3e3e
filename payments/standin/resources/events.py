"""Events, and the endpoints that want to hear of them."""

from typing import Any
from urllib.parse import urlsplit

from payments.standin import forms
from payments.standin.calls import Call
from payments.standin.errors import bad, missing
from payments.standin.store import Store, new_id


def retrieve(call: Call, event_id: str) -> dict[str, Any]:
    """Show an event as it was when it happened."""
    return call.need("event", event_id)


def index(call: Call) -> list[dict[str, Any]]:
    """List the account's events, of some types or those not yet delivered if asked."""
    found = call.store.every("event", call.account)
    kinds = call.params.get("types") or ([call.params["type"]] if "type" in call.params else [])
    if kinds:
        found = [event for event in found if event["type"] in kinds]
    if "delivery_success" in call.params:
        undelivered = {
            row["event"]
            for row in call.store.rows("SELECT event FROM deliveries WHERE state != 'sent'")
        }
        wanted = not forms.flag(call.params, "delivery_success")
        found = [event for event in found if (event["id"] in undelivered) == wanted]
    return found


def add_endpoint(
    store: Store, account: str, *, url: str, kinds: list[str], connect: bool, text: str = ""
) -> dict[str, Any]:
    """Add an endpoint; its secret is the one set for all if there is one, else its own."""
    return store.put(
        {
            "id": new_id("we"),
            "object": "webhook_endpoint",
            "api_version": None,
            "application": None,
            "created": store.now(),
            "description": text or None,
            "enabled_events": kinds,
            "livemode": False,
            "metadata": {},
            "status": "enabled",
            "url": url,
            "_connect": connect,
            "_secret": store.setting("webhook_secret") or new_id("whsec", 32),
        },
        account,
    )


def create_endpoint(call: Call) -> dict[str, Any]:
    """Add an endpoint and tell its secret, this once."""
    forms.only(
        call.params, {"api_version", "connect", "description", "enabled_events", "metadata", "url"}
    )
    url = forms.text(call.params, "url")
    if urlsplit(url).scheme not in ("http", "https"):
        raise bad("Not a valid URL", "url", code="url_invalid")
    kinds = call.params.get("enabled_events")
    if not isinstance(kinds, list) or not kinds:
        raise bad("Missing required param: enabled_events.", "enabled_events")
    endpoint = add_endpoint(
        call.store,
        call.account,
        url=url,
        kinds=kinds,
        connect=forms.flag(call.params, "connect"),
        text=forms.text(call.params, "description", default=""),
    )
    return endpoint | {"secret": endpoint["_secret"]}


def update_endpoint(call: Call, endpoint_id: str) -> dict[str, Any]:
    """Change where an endpoint is, what it hears, or whether it hears anything."""
    forms.only(call.params, {"description", "disabled", "enabled_events", "metadata", "url"})
    endpoint = retrieve_endpoint(call, endpoint_id)
    for name in ("url", "enabled_events", "description"):
        if name in call.params:
            endpoint[name] = call.params[name]
    if "disabled" in call.params:
        endpoint["status"] = "disabled" if forms.flag(call.params, "disabled") else "enabled"
    return call.save(endpoint)


def retrieve_endpoint(call: Call, endpoint_id: str) -> dict[str, Any]:
    """Show an endpoint."""
    found = call.store.get("webhook_endpoint", endpoint_id, call.account)
    if found is None:
        raise missing("webhook_endpoint", endpoint_id)
    return found


def index_endpoints(call: Call) -> list[dict[str, Any]]:
    """List the endpoints of this account."""
    return call.store.every("webhook_endpoint", call.account)


def delete_endpoint(call: Call, endpoint_id: str) -> dict[str, Any]:
    """Remove an endpoint."""
    retrieve_endpoint(call, endpoint_id)
    call.store.delete(endpoint_id)
    return {"id": endpoint_id, "object": "webhook_endpoint", "deleted": True}

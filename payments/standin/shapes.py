"""How documents leave the API: without what is ours alone, with what was asked to be expanded."""

from collections.abc import Mapping, Sequence
from typing import Any

from payments.standin import forms
from payments.standin.errors import bad, missing
from payments.standin.store import Store

REFERENCES = frozenset(
    {
        "payment_intent",
        "latest_charge",
        "payment_method",
        "setup_intent",
        "charge",
        "balance_transaction",
        "source",
        "refund",
        "dispute",
        "failure_balance_transaction",
    }
)


def shown(body: Mapping[str, Any]) -> dict[str, Any]:
    """Copy a document without the fields that only the stand-in reads."""
    return {name: value for name, value in body.items() if not name.startswith("_")}


def expanded(store: Store, body: dict[str, Any], paths: Sequence[str]) -> dict[str, Any]:
    """Return `body` with the objects at these dotted paths in place of their ids.

    :raises ApiError: 400 if a path names something that is no reference.
    """
    for path in paths:
        _expand(store, body, path.split("."), path)
    return body


def _expand(store: Store, here: dict[str, Any], parts: list[str], path: str) -> None:
    first, rest = parts[0], parts[1:]
    if first == "data" and here.get("object") == "list":
        for item in here["data"]:
            _expand(store, item, rest, path)
        return
    if first not in here or (first not in REFERENCES and not isinstance(here[first], dict)):
        raise bad(
            f"This property cannot be expanded ({path}).", "expand", code="property_not_expandable"
        )
    value = here[first]
    if isinstance(value, str):
        found = store.owner(value)
        value = here[first] = shown(found[0]) if found else value
    if rest and isinstance(value, dict):
        _expand(store, value, rest, path)


def unbooked(body: Any) -> Any:
    """Return a document whose charges tell no booking yet, as in the first moments after a payment."""
    if isinstance(body, list):
        return [unbooked(one) for one in body]
    if not isinstance(body, dict):
        return body
    hidden = {"balance_transaction": None} if body.get("object") == "charge" else {}
    return {name: unbooked(value) for name, value in body.items()} | hidden


def listed(
    items: Sequence[dict[str, Any]], params: Mapping[str, Any], *, url: str
) -> dict[str, Any]:
    """Cut a page out of `items` (newest first) as `limit` and the two cursors ask.

    :raises ApiError: if the limit is not 1 to 100 or a cursor is not in the list.
    """
    limit = forms.whole(params, "limit", default=10)
    if not 1 <= limit <= 100:
        raise bad("This value must be between 1 and 100.", "limit")
    items = [item for item in items if _made_within(item, params.get("created"))]
    ids = [item["id"] for item in items]
    after, before = params.get("starting_after"), params.get("ending_before")
    for name, cursor in (("starting_after", after), ("ending_before", before)):
        if cursor and cursor not in ids:
            raise missing("object", cursor, param=name)
    if after:
        items = items[ids.index(after) + 1 :]
        page, more = items[:limit], len(items) > limit
    elif before:
        items = items[: ids.index(before)]
        page, more = items[-limit:], len(items) > limit
    else:
        page, more = items[:limit], len(items) > limit
    return {"object": "list", "url": url, "has_more": more, "data": [shown(i) for i in page]}


def _made_within(item: Mapping[str, Any], asked: Any) -> bool:
    if not asked:
        return True
    if isinstance(asked, str):
        return item["created"] == forms.whole({"created": asked}, "created")
    made = item["created"]
    return (
        made >= forms.whole(asked, "gte", default=made)
        and made > forms.whole(asked, "gt", default=made - 1)
        and made <= forms.whole(asked, "lte", default=made)
        and made < forms.whole(asked, "lt", default=made + 1)
    )

"""How the stand-in misbehaves on request, the way networks and providers do.

A fault comes in the header `Standin-Fault` of one request, or is armed beforehand for the next
`times` requests that match. Words, joined by commas:

`drop`                do it, then close the connection without an answer
`drop-before`         close the connection without doing it
`500`, `429`          answer so, without doing it
`500-after`           do it, then answer 500
`delay=SECONDS`       take that long over it, the idempotency key held meanwhile
`fee-later`           what was kept of a charge is not booked yet, as far as this answer tells
`webhook-twice`, `webhook-reversed`, `webhook-never`
`webhook-late=SECONDS`
`webhook-before`      deliver before the answer goes out
"""

from dataclasses import dataclass, replace
from typing import Any

from payments.standin.errors import bad
from payments.standin.store import Store

WEBHOOKS = ("twice", "late", "reversed", "never", "before")
LATE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with one request."""

    drop: bool = False
    drop_before: bool = False
    status: int = 0
    status_after: bool = False
    delay: float = 0.0
    webhook: str = ""
    late: float = LATE_SECONDS
    fee_later: bool = False


class Dropped(Exception):
    """The connection is to be closed without an answer."""


def parse(text: str) -> Fault:
    """Read the words of a fault.

    :raises ApiError: 400 if there is no such fault.
    """
    fault = Fault()
    for word in filter(None, (part.strip() for part in text.split(","))):
        name, _, value = word.partition("=")
        try:
            fault = replace(fault, **_changes(name, value))
        except ValueError:
            raise bad(f"There is no fault {word!r}.", "fault") from None
    return fault


def _changes(name: str, value: str) -> dict[str, Any]:
    if name in ("drop", "drop-before", "fee-later"):
        return {name.replace("-", "_"): True}
    if name in ("429", "500", "500-after"):
        return {"status": int(name[:3]), "status_after": name.endswith("after")}
    if name == "delay":
        return {"delay": float(value)}
    kind = name.removeprefix("webhook-")
    if kind == name or kind not in WEBHOOKS:
        raise ValueError(name)
    return {"webhook": kind} | ({"late": float(value)} if value else {})


def arm(store: Store, *, method: str, path: str, fault: str, times: int) -> None:
    """Let the next `times` requests of this method, whose path begins so, go wrong."""
    parse(fault)
    with store.transaction() as db:
        db.execute(
            "INSERT INTO faults (method, path, fault, times) VALUES (?, ?, ?, ?)",
            (method.upper(), path, fault, times),
        )


def disarm(store: Store) -> None:
    """Let nothing go wrong any more."""
    with store.transaction() as db:
        db.execute("DELETE FROM faults")


def armed(store: Store) -> list[dict[str, Any]]:
    """List what is still to go wrong."""
    return [dict(row) for row in store.rows("SELECT * FROM faults ORDER BY number")]


def take(store: Store, *, method: str, path: str, header: str) -> Fault:
    """Choose what goes wrong with a request: what its header says, else the oldest armed match."""
    if header:
        return parse(header)
    with store.transaction() as db:
        row = db.execute(
            "SELECT * FROM faults WHERE method IN ('', ?) AND substr(?, 1, length(path)) = path"
            " ORDER BY number LIMIT 1",
            (method, path),
        ).fetchone()
        if row is None:
            return Fault()
        db.execute("UPDATE faults SET times = times - 1 WHERE number = ?", (row["number"],))
        db.execute("DELETE FROM faults WHERE times <= 0")
    return parse(row["fault"])

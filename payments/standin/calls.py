"""One request to the API as its handlers see it, and the one way they announce what happened."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from payments.standin.errors import missing
from payments.standin.store import Store, new_id


@dataclass(slots=True)
class Call:
    """Who asks (`account`, empty for the platform itself), with what, and what came of it.

    `announced` are the ids of the events that this call made, in order: they are delivered once
    its transaction is through.
    """

    store: Store
    account: str
    params: Mapping[str, Any] = field(default_factory=dict)
    base_url: str = ""
    request_id: str | None = None
    idempotency_key: str | None = None
    announced: list[str] = field(default_factory=list)

    def now(self) -> int:
        """Return the stand-in's time in Unix seconds."""
        return self.store.now()

    def need(self, kind: str, object_id: str, *, param: str = "id") -> dict[str, Any]:
        """Read a document of this account.

        :raises ApiError: 404 `resource_missing` if it has none of this id.
        """
        found = self.store.get(kind, object_id, self.account)
        if found is None:
            raise missing(kind, object_id, param=param)
        return found

    def save(self, body: dict[str, Any]) -> dict[str, Any]:
        """Write a document of this account."""
        return self.store.put(body, self.account)

    def announce(self, kind: str, body: dict[str, Any]) -> None:
        """Record an event with a picture of `body` as it is now."""
        event_id = new_id("evt")
        event = {
            "id": event_id,
            "object": "event",
            "api_version": "2026-10-28.endive",
            "created": self.now(),
            "data": {"object": {k: v for k, v in body.items() if not k.startswith("_")}},
            "livemode": False,
            "pending_webhooks": 0,
            "request": {"id": self.request_id, "idempotency_key": self.idempotency_key},
            "type": kind,
        }
        self.save(event)
        self.announced.append(event_id)

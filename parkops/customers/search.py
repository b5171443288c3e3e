"""One box that finds people, permits and citations: each app says what it finds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.urls import reverse

from parkops.customers import queries
from parkops.kernel.actors import Actor


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found, and its plates. `exact` means the text names this alone, as a number does."""

    kind: str
    title: str
    detail: str
    url: str
    exact: bool = False
    plates: tuple[str, ...] = ()


class Source(Protocol):
    """Gives at most `limit` hits of one app for a text."""

    def __call__(self, text: str, *, limit: int) -> Sequence[Hit]: ...


_sources: list[Source] = []


def register(source: Source) -> None:
    """Let `source` answer searches; registering it twice is once."""
    if source not in _sources:
        _sources.append(source)


class Watcher(Protocol):
    """Is told that somebody of the staff searched for a text, and on which page."""

    def __call__(self, text: str, *, place: str, by: Actor, at: datetime) -> object: ...


_watchers: list[Watcher] = []


def register_watcher(watcher: Watcher) -> None:
    """Let `watcher` be told of searches, so that looks at plates are kept; twice is once."""
    if watcher not in _watchers:
        _watchers.append(watcher)


def searched(text: str, *, place: str, by: Actor, at: datetime) -> None:
    """Tell that somebody of the staff searched: `place` is "customers" or "search"."""
    for watcher in _watchers:
        watcher(text, place=place, by=by, at=at)


def find(text: str, *, limit: int = 20) -> list[Hit]:
    """Return what `text` may mean, exact hits first, at most `limit` of each source."""
    text = " ".join(text.split())[:100]
    if not text:
        return []
    hits = [hit for source in _sources for hit in source(text, limit=limit)]
    return sorted(hits, key=lambda hit: not hit.exact)


def customers(text: str, *, limit: int) -> list[Hit]:
    """Return customers by name, e-mail, phone, own number or plate."""
    found = queries.matching(text).order_by("name", "pk")[:limit]
    rows = queries.list_rows(list(found))
    return [
        Hit(
            "customer",
            row.name,
            row.email,
            reverse("office_customers:detail", args=[row.reference]),
            exact=text.lower() == row.email.lower(),
            plates=tuple(row.plates),
        )
        for row in rows
    ]

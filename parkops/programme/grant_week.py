"""When a permit type's grant holds, as a painted week, on a plain document."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from parkops.kernel import week
from parkops.kernel.codes import code_key
from parkops.kernel.week import Span
from parkops.kernel.window_forms import write_windows
from parkops.kernel.windows import ALWAYS
from parkops.programme.week_grid import (
    FREE,
    Days,
    Kind,
    Special,
    WeekFault,
    days_of,
    special_of,
    windows_in,
)

GRANTED = "granted"
KINDS = (
    Kind(FREE, "free", "No right by this grant", "No right"),
    Kind(GRANTED, "permit", "The permit may park", "May park"),
)

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class GrantWeek:
    """A grant's week: of which zones, its days, and what no ordinary week shows."""

    zones: tuple[str, ...]
    days: Days
    special: tuple[Special, ...]
    exceptions: tuple[str, ...]
    kinds: tuple[Kind, ...] = KINDS


def grants_of(document: Document, code: str) -> list[Document]:
    """Return the grants of a permit type, in its order."""
    listed = _type(document, code).get("grants")
    return (
        [grant for grant in listed if isinstance(grant, dict)] if isinstance(listed, list) else []
    )


def week_of(grant: Document) -> GrantWeek:
    """Return the week of a grant.

    :raises WeekFault: if its windows cannot be read.
    """
    when = windows_in(grant.get("when"), (ALWAYS,))
    return GrantWeek(
        tuple(str(zone) for zone in grant.get("zones") or []),
        days_of([(GRANTED, week.spans(when))], KINDS),
        tuple(special_of("May park", when)),
        week.exceptions(when),
    )


def paint(
    document: Document,
    code: str,
    at: int,
    painted: Collection[Span],
    kind: str,
    was: Collection[Span] = (),
) -> Document:
    """Return the permit type with hours of a grant painted; what `was` and is no more is taken off.

    :raises WeekFault: if nothing would be left: a grant that never holds is to be removed.
    """
    grants = grants_of(document, code)
    when = week.paint(windows_in(grants[at].get("when"), (ALWAYS,)), was, on=False)
    when = week.paint(when, painted, on=kind == GRANTED)
    if not when:
        raise WeekFault("Then the grant would never hold. Remove the grant instead.")
    changed = {**grants[at], "when": write_windows(when)}
    return {**_type(document, code), "grants": [*grants[:at], changed, *grants[at + 1 :]]}


def _type(document: Document, code: str) -> Document:
    return next(
        (
            kind
            for kind in document.get("permit_types") or []
            if isinstance(kind, dict) and code_key(str(kind.get("code", ""))) == code_key(code)
        ),
        {},
    )

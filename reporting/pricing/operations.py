"""What can be done with proposed rates: put them into the draft of the program."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from parkops.kernel import week
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict, Refused
from parkops.kernel.money import Money
from parkops.kernel.window_forms import write_windows
from parkops.programme import operations as programme
from parkops.programme import queries as versions
from parkops.programme.models import Draft
from reporting.pricing.proposals import Line, priced
from reporting.pricing.segments import Segment

Document = dict[str, Any]


@transaction.atomic
def draft_rates(codes: Collection[str], *, by: Actor, at: datetime) -> Draft:
    """Put the proposed rates of the chosen lines into the open draft, or into one that is begun for it.

    They are worked out anew, so that what is not proposed any more is not put there. Twice is once.

    :raises Refused: if nothing is chosen, or a line proposes no other rate any more.
    :raises Conflict: if the draft says other rates than the version in force already.
    """
    if not codes:
        raise Refused("lines", "Choose at least one rate.", field="lines")
    found = priced(at=at)
    known = {line.segment.code: line for line in found.proposed}
    gone = [code for code in codes if code not in known]
    if gone:
        told = f"No other rate is proposed for {gone[0]:.60} any more. Look at the page again."
        raise Refused("lines", told, field="lines")
    before = versions.document(found.in_force.number).get("sessions") or {}
    after = with_rates(before, [known[code] for code in known if code in codes])
    draft = versions.open_draft() or programme.start_draft(by=by, at=at)
    held = draft.document.get("sessions") or {}
    if held == after:
        return draft
    if held != before:
        told = "The draft has other rates than the program in force already. Publish or discard it first."
        raise Conflict("rates_drafted", told)
    changed = programme.change_draft(
        draft.pk, part="sessions", value=after, revision=draft.revision, by=by, at=at
    )
    if not changed.is_saved:
        raise Refused("draft", changed.faults[0].message)
    return versions.open_draft() or draft


def with_rates(sessions: Document, lines: Sequence[Line]) -> Document:
    """Return the part of the program on paid stays with other rates for the hours of `lines`.

    A rate that is one line's alone costs what is proposed; before every other come those that hold for less, and
    the first that holds counts.
    """
    rates: list[Document] = []
    for place, rate in enumerate(sessions.get("rates") or []):
        mine = [line for line in lines if line.segment.place == place and line.proposal]
        if len(mine) == 1 and mine[0].segment.is_whole_rate:
            rates.append({**rate, "per_hour": _new(mine[0]).amount})
            continue
        rates += _narrower(rate, mine)
        rates.append(rate)
    return {**sessions, "rates": rates}


def _narrower(rate: Document, lines: Sequence[Line]) -> list[Document]:
    """Return the rates of the hours of lines: those of a zone that come to the same are one."""
    together: dict[tuple[str, Money], list[Segment]] = {}
    for line in lines:
        together.setdefault((line.segment.zone.code, _new(line)), []).append(line.segment)
    kept = {key: value for key, value in rate.items() if key not in ("zones", "when", "per_hour")}
    return [
        {
            "zones": [zone],
            "when": write_windows(
                week.windows_of([span for one in found for span in one.spans], found[0].exceptions)
            ),
            "per_hour": amount.amount,
            **kept,
        }
        for (zone, amount), found in together.items()
    ]


def _new(line: Line) -> Money:
    return line.proposal.rate if line.proposal else line.current

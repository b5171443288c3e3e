"""What a phone is told of the records that it sent, and of who is signed in on it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from enforcement.models import Citation, CitationHold, FieldRecord
from enforcement.queries import citations as citing
from enforcement.queries import field as pages
from enforcement.queries.checks import money_json
from enforcement.queries.field import VerdictPage
from enforcement.rules import fines
from parkops.api.values import instant_out
from parkops.kernel.codes import code_key
from parkops.kernel.plates import regions_match
from parkops.programme import queries as programme
from parkops.ui.values import Option

NEAR = timedelta(days=2)
"""Citations further apart are never written twice for one stay."""
CITED_ALREADY = "cited_already"
"""The flag of a citation whose officer could see that it was one too many."""
TOLD_FOR = timedelta(days=3)
"""So long an officer's phone shows what became of their citations."""


def verdict_json(shown: VerdictPage) -> dict[str, Any]:
    """Return a kept answer as the phone's page shows it."""
    return {
        "reference": str(shown.record.reference),
        "verdict": shown.record.verdict,
        "sign": shown.sign,
        "word": shown.word,
        "sub": shown.sub,
        "because": shown.because,
        "alerts": [{"kind": a["kind"], "text": a["text"]} for a in shown.alerts],
        "near_misses": shown.near_misses,
        "options": [_option(option) for option in shown.options],
        "others": [_option(option) for option in shown.others],
        "may_chalk": shown.may_chalk,
    }


def citation_json(citation: Citation, *, at: datetime) -> dict[str, Any]:
    """Return what the officer is shown of a citation that was taken in."""
    now = citing.standing_of(citation, at=at)
    return {
        "number": citation.number,
        "pin": citation.pin,
        "fine": money_json(now.case.fine),
        "owed": money_json(now.owed),
        "due_on": now.due_on.isoformat() if now.due_on else None,
        "nth": citation.nth,
        "flags": list(citation.flags),
    }


def result_json(record: FieldRecord) -> dict[str, Any]:
    """Return what the phone is told of a record that is kept."""
    return {
        "id": str(record.client_id),
        "status": record.outcome,
        "reason": record.reason,
        "at": instant_out(record.at),
        "received_at": instant_out(record.received_at),
        **record.answer,
    }


def conflicts_of(officer_ref: str, *, at: datetime) -> list[dict[str, Any]]:
    """Return what became of an officer's citations that a person had, or has, to look at."""
    rows = CitationHold.objects.filter(
        citation__officer_ref=officer_ref, raised_at__gt=at - TOLD_FOR
    )
    found = rows.select_related("citation").order_by("-raised_at", "-pk")[:50]
    return [
        {
            "number": hold.citation.number,
            "client_id": str(hold.citation.client_id or ""),
            "plate": hold.citation.plate_text,
            "region": hold.citation.region,
            "because": hold.because,
            "decided": hold.get_outcome_display() if hold.outcome else "",
            "reason": hold.reason,
            "may_void": bool(pages.may_take_back(hold.citation, officer_ref=officer_ref, at=at))
            and hold.citation.voided_at is None,
        }
        for hold in found
    ]


def cited_twice(citation: Citation) -> list[tuple[Citation, Citation]]:
    """Return the citations that are one too many now that `citation` has come, each with the one before it.

    Only itself, and later ones whose officer could not know of it.
    """
    in_force = programme.in_force(citation.issued_at).programme
    found: dict[int, tuple[Citation, Citation]] = {}
    for code in citation.codes:
        violation = in_force.violation(code)
        if violation is None:
            continue
        rows = _alike(citation, code)
        for place, row in enumerate(rows[1:], 1):
            earlier = rows[:place]
            is_asked = row.pk == citation.pk or (
                citation in earlier and CITED_ALREADY not in row.flags
            )
            again = fines.may_cite_again(
                violation, [one.issued_at for one in earlier], at=row.issued_at, zone=in_force.tz
            )
            if is_asked and not again:
                found.setdefault(row.pk, (row, earlier[-1]))
    return list(found.values())


def twice_words(first: Citation) -> str:
    """Return why the second of two citations is in doubt."""
    local = first.issued_at.astimezone(citing.tenant_zone())
    return (
        f"{first.officer or 'Somebody'} had cited this vehicle for the same at {local:%H:%M}:"
        f" {first.number}."
    )


def _alike(citation: Citation, code: str) -> Sequence[Citation]:
    """The citations of this plate for `code` in this zone around its time, in the order of their times."""
    rows = Citation.objects.counting().filter(
        plate_key=citation.plate_key,
        issued_at__gt=citation.issued_at - NEAR,
        issued_at__lt=citation.issued_at + NEAR,
    )
    return [
        row
        for row in rows.order_by("issued_at", "client_id", "pk")
        if code_key(code) in row.code_keys
        and code_key(row.zone_code) == code_key(citation.zone_code)
        and regions_match(row.region, citation.region)
    ]


def _option(option: Option) -> dict[str, Any]:
    return {
        "code": option.value,
        "name": option.label,
        "why": option.why,
        "fine": money_json(option.price) if option.price is not None else None,
    }

"""What happened just now, across the apps."""

from collections.abc import Collection, Mapping
from datetime import datetime
from urllib.parse import quote

from django.urls import NoReverseMatch, reverse

from parkops.kernel.money import Money
from parkops.programme.schema import Programme
from parkops.tenancy.postgresql import prepared
from parkops.ui.values import Event

NEWEST = 8
"""How many there are to see."""
# Each by an index of its own, the newest first.
_NEWEST = {
    "citation": """
(SELECT issued_at AS at, 'citation' AS kind, number, plate_text, region,
        coalesce(nullif(zone_code, ''), place) AS place, violation_name AS detail,
        fine_minor::bigint AS amount, officer AS who
   FROM enforcement_citation WHERE source = 'ours' AND issued_at <= %(now)s::timestamptz
  ORDER BY issued_at DESC, id DESC LIMIT {limit})""",
    "permit": """
(SELECT paid_at AS at, 'permit' AS kind, number, '' AS plate_text, '' AS region, '' AS place,
        type_code AS detail, (net_minor + tax_minor)::bigint AS amount, '' AS who
   FROM permits_permit WHERE paid_at <= %(now)s::timestamptz
  ORDER BY paid_at DESC LIMIT {limit})""",
    "payment": """
(SELECT created_at AS at, 'payment' AS kind, number, '' AS plate_text, '' AS region, method AS place,
        state AS detail, amount_minor::bigint AS amount, payer AS who
   FROM payments_payment WHERE created_at <= %(now)s::timestamptz
  ORDER BY created_at DESC, id DESC LIMIT {limit})""",
    "appeal": """
(SELECT a.filed_at AS at, 'appeal' AS kind, a.number, '' AS plate_text, '' AS region, '' AS place,
        c.number AS detail, 0::bigint AS amount, a.name AS who
   FROM enforcement_appeal a JOIN enforcement_citation c ON c.id = a.citation_id
  WHERE a.filed_at <= %(now)s::timestamptz
  ORDER BY a.filed_at DESC, a.id DESC LIMIT {limit})""",
}

_HAPPENED = "SELECT * FROM ({}) AS happened ORDER BY at DESC, kind, number DESC LIMIT {{limit}}"
_MARK = """
SELECT concat_ws('-',
  (SELECT string_agg(id::text, ' ' ORDER BY id)
     FROM (SELECT id FROM enforcement_citation WHERE source = 'ours' AND issued_at <= %(now)s::timestamptz
            ORDER BY issued_at DESC, id DESC LIMIT 8) AS citation),
  (SELECT string_agg(id::text, ' ' ORDER BY id)
     FROM (SELECT id FROM permits_permit WHERE paid_at <= %(now)s::timestamptz
            ORDER BY paid_at DESC LIMIT 8) AS permit),
  (SELECT md5(string_agg(concat_ws(' ', id, state, amount_minor, payer), ' ' ORDER BY id))
     FROM (SELECT id, state, amount_minor, payer FROM payments_payment WHERE created_at <= %(now)s::timestamptz
            ORDER BY created_at DESC, id DESC LIMIT 8) AS payment),
  (SELECT string_agg(id::text, ' ' ORDER BY id)
     FROM (SELECT id FROM enforcement_appeal WHERE filed_at <= %(now)s::timestamptz
            ORDER BY filed_at DESC, id DESC LIMIT 8) AS appeal))
"""

_PAGES = {
    "citation": "office_citations:detail",
    "permit": "office_permits:detail",
    "payment": "office_payments:detail",
    "appeal": "office_appeals:detail",
}
_NUMBER = "THE-NUMBER"
_METHODS = {
    "cash": "cash",
    "cheque": "check",
    "card": "card",
    "account": "account",
    "other": "other means",
}
_STATES = {
    "succeeded": ("taken", "good"),
    "failed": ("declined", "bad"),
    "bounced": ("bounced", "bad"),
    "needs_review": ("needs a look", "warn"),
}


def just_now(
    at: datetime, *, rules: Programme, kinds: Collection[str] = tuple(_PAGES), limit: int = 8
) -> list[Event]:
    """Return the newest `limit` things of these `kinds` that happened by `at`, newest first; one query."""
    parts = [_NEWEST[kind] for kind in _NEWEST if kind in kinds]
    if not parts:
        return []
    # The number of rows is part of the statement: its plan depends on it.
    query = _HAPPENED.format(" UNION ALL ".join(parts)).format(limit=int(limit))
    rows = prepared.rows(query, {"now": at})
    pages = {kind: _page(kind) for kind in {row[1] for row in rows}}
    return [_event(rules, pages, *row) for row in rows]


def mark(at: datetime) -> str:
    """Return what is another text as soon as `just_now` says something else, to whomever."""
    return prepared.rows(_MARK, {"now": at})[0][0]


def _event(
    rules: Programme,
    pages: Mapping[str, str],
    at: datetime,
    kind: str,
    number: str,
    plate: str,
    region: str,
    place: str,
    detail: str,
    amount: int,
    who: str,
) -> Event:
    money = Money(int(amount), rules.currency)
    url = pages[kind].format(quote(number, safe=""))
    if kind == "citation":
        word = "cited" if amount else "warned"
        told = f"{number} {word} in {place}" if place else f"{number} {word}"
        by = f"{detail}, by {who}" if who else detail
        fine = money if amount else None
        return Event(at, told, by, "", url, plate, region, fine)
    if kind == "permit":
        sold = rules.permit_type(detail)
        detail = sold.name if sold else detail
        return Event(at, f"{number} sold", detail, "good", url, amount=money)
    if kind == "payment":
        word, tone = _STATES.get(detail, ("started", ""))
        told = f"{number} {word}"
        how = _METHODS.get(place, place)
        return Event(at, told, f"By {how}{f', {who}' if who else ''}", tone, url, amount=money)
    return Event(at, f"{number} filed", f"By {who}, against {detail}", "warn", url)


def _page(kind: str) -> str:
    """Return the address of a page of this kind, `{}` for the number; empty if there is none."""
    try:
        return reverse(_PAGES[kind], kwargs={"number": _NUMBER}).replace(_NUMBER, "{}")
    except NoReverseMatch:
        return ""

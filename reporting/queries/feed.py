"""What happened just now, across the apps."""

from datetime import datetime

from django.urls import NoReverseMatch, reverse

from parkops.kernel.money import Money
from parkops.ui.values import Event
from reporting import sql

_NEWEST = """
(SELECT issued_at AS at, 'citation' AS kind, number, plate_text, region,
        coalesce(nullif(zone_code, ''), place) AS place, violation_name AS detail,
        fine_minor::bigint AS amount, officer AS who
   FROM enforcement_citation WHERE source = 'ours' AND issued_at <= %(now)s
  ORDER BY issued_at DESC, id DESC LIMIT %(limit)s)
UNION ALL
(SELECT paid_at, 'permit', number, '', '', '', type_code, (net_minor + tax_minor)::bigint, ''
   FROM permits_permit WHERE paid_at <= %(now)s
  ORDER BY paid_at DESC LIMIT %(limit)s)
UNION ALL
(SELECT created_at, 'payment', number, '', '', method, state, amount_minor::bigint, payer
   FROM payments_payment WHERE created_at <= %(now)s
  ORDER BY created_at DESC, id DESC LIMIT %(limit)s)
UNION ALL
(SELECT a.filed_at, 'appeal', a.number, '', '', '', c.number, 0, a.name
   FROM enforcement_appeal a JOIN enforcement_citation c ON c.id = a.citation_id
  WHERE a.filed_at <= %(now)s
  ORDER BY a.filed_at DESC, a.id DESC LIMIT %(limit)s)
ORDER BY at DESC LIMIT %(limit)s
"""

_PAGES = {
    "citation": "office_citations:detail",
    "permit": "office_permits:detail",
    "payment": "office_payments:detail",
    "appeal": "office_appeals:detail",
}
_METHODS = {"cash": "cash", "cheque": "check", "card": "card", "account": "account"}
_STATES = {
    "succeeded": ("taken", "good"),
    "failed": ("declined", "bad"),
    "bounced": ("bounced", "bad"),
    "needs_review": ("needs a look", "warn"),
}


def just_now(at: datetime, *, currency: str, limit: int = 8) -> list[Event]:
    """Return the newest `limit` things that happened by `at`, newest first; one query."""
    return [_event(currency, *row) for row in sql.rows(_NEWEST, now=at, limit=limit)]


def _event(
    currency: str,
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
    money = Money(int(amount), currency)
    if kind == "citation":
        told = f"{number} cited in {place}" if place else f"{number} cited"
        by = f"{detail}, by {who}" if who else detail
        return Event(at, told, by, "", _url(kind, number), plate, region, money)
    if kind == "permit":
        return Event(at, f"{number} sold", detail, "good", _url(kind, number), amount=money)
    if kind == "payment":
        word, tone = _STATES.get(detail, ("started", ""))
        told = f"{number} {word}"
        how = _METHODS.get(place, place)
        return Event(
            at, told, f"By {how}{f', {who}' if who else ''}", tone, _url(kind, number), amount=money
        )
    return Event(at, f"{number} filed", f"By {who}, against {detail}", "warn", _url(kind, number))


def _url(kind: str, number: str) -> str:
    try:
        return reverse(_PAGES[kind], kwargs={"number": number})
    except NoReverseMatch:
        return ""

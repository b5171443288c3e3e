"""What those in line are told, once each, in the transaction of the act."""

from datetime import date, datetime
from typing import Any

from django.urls import reverse

from parkops.kernel.texts import revived
from parkops.messaging import operations as messaging
from parkops.programme import queries as programme
from parkops.programme.permit_schema import PermitType
from parkops.tenancy import signing
from permits.models import WaitlistEntry
from permits.queries import line
from permits.rules import waitlist as rule
from permits.rules.terms import clock_text, day_text

OFFER = "waitlist-offer"
"""The purpose of the signature that opens an offer to whoever was sent its link."""


def offer_path(entry: WaitlistEntry) -> str:
    """Return the path at which an offer is taken or declined without signing in."""
    return reverse("portal_permits:offer", args=[signing.sign(str(entry.reference), purpose=OFFER)])


def tell_joined(entry: WaitlistEntry, kind: PermitType, *, at: datetime) -> None:
    """Confirm a place in line, with what happens next."""
    place = line.place_of(entry, at=at)
    told = rule.lapse_rule(kind.waitlist) if kind.waitlist else ""
    offer = kind.waitlist.offer.text if kind.waitlist else ""
    _tell("joined", entry, at=at, rank=place.rank_text, offer=offer, lapse=told)


def tell_offer(entry: WaitlistEntry, *, at: datetime) -> None:
    """Tell somebody in line that a place is offered, and until when."""
    until = entry.offer_expires_at or at
    _tell("offered", entry, at=at, occasion=f"{until:%Y%m%d%H%M%S}", until=_clock(until, at))


def tell_offer_ends(entry: WaitlistEntry, *, at: datetime) -> None:
    """Remind somebody that an offer ends soon."""
    until = entry.offer_expires_at or at
    _tell("offer_ends", entry, at=at, occasion=f"{until:%Y%m%d%H%M%S}", until=_clock(until, at))


def tell_lapsed(entry: WaitlistEntry, *, at: datetime) -> None:
    """Tell somebody that an offer went by, and whether they are still in line."""
    place = line.place_of(entry, at=at)
    _tell("lapsed", entry, at=at, occasion=str(entry.lapses), rank=place.rank_text)


def tell_closing(entry: WaitlistEntry, *, on: date, at: datetime) -> None:
    """Tell somebody in line on which day it will be closed."""
    _tell("closing", entry, at=at, occasion=on.isoformat(), day=day_text(on))


def tell_closed(entry: WaitlistEntry, *, at: datetime) -> None:
    """Tell somebody that they are in line no more, and why."""
    _tell("closed", entry, at=at, reason=revived(entry.close_reason, entry.said))


def _clock(until: datetime, at: datetime) -> str:
    return clock_text(until, programme.in_force(at).programme.tz)


def _tell(
    event: str, entry: WaitlistEntry, *, at: datetime, occasion: str = "", **more: Any
) -> None:
    kind = programme.in_force(at).programme.permit_type(entry.type_code)
    messaging.send_once(
        event=f"waitlist.{event}",
        key=f"waitlist:{entry.reference}:{event}{occasion and f':{occasion}'}",
        to=entry.customer.email,
        customer_id=entry.customer_id,
        language=entry.customer.language,
        context={
            "name": entry.customer.name,
            "type": kind.name if kind else entry.type_code,
            "path": offer_path(entry),
            "line_path": reverse("portal_permits:waits"),
            **more,
        },
        at=at,
    )

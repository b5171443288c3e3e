"""What permits tell the customer's time line and the office's search."""

from collections.abc import Iterable, Sequence

from django.db.models import Q
from django.urls import reverse

from parkops.audit.models import AuditEvent
from parkops.audit.queries import events_of
from parkops.customers.search import Hit
from parkops.customers.timeline import Moment, Subject
from parkops.kernel.numbers import tidy
from parkops.kernel.plates import plate_key
from parkops.kernel.texts import say
from parkops.ui.values import Event
from permits.models import ParkingSession, Permit, PlateRight, WaitlistEntry
from permits.queries.permits import type_of
from permits.queries.stay_pages import by_words

WORDS = {
    "permit.held": ("Permit asked for", ""),
    "permit.paid": ("Permit paid", "good"),
    "permit.approved": ("Permit approved", "good"),
    "permit.approved_for_a_while": ("Approved for a while", "good"),
    "permit.proof_accepted": ("Proof accepted", "good"),
    "permit.rejected": ("Permit not approved", "bad"),
    "permit.hold_expired": ("Permit not paid in time", "warn"),
    "permit.cancelled": ("Permit canceled", "warn"),
    "permit.revoked": ("Permit revoked", "bad"),
    "permit.suspended": ("Permit suspended", "warn"),
    "permit.reinstated": ("Permit reinstated", "good"),
    "permit.vehicles_changed": ("Plates changed", ""),
    "permit.renewal_agreed": ("Automatic renewal agreed to", ""),
    "permit.renewal_card_saved": ("Card saved, renews by itself", "good"),
    "permit.renewal_noticed": ("Told the price of the coming renewal", ""),
    "permit.renewal_declined": ("Saved card not charged", "warn"),
    "permit.renewal_stopped": ("Automatic renewal stopped", "info"),
    "permit.switch_asked": ("Switch to another permit asked for", ""),
    "permit.switched": ("Switched to another permit", "info"),
    "permit.transfer_offered": ("Offered to somebody else", ""),
    "permit.transfer_ended": ("Offer to somebody else ended", ""),
    "permit.transferred": ("Permit transferred", "info"),
    "permit.hangtag_replaced": ("Hangtag replaced", "info"),
    "permit.deposit_returned": ("Deposit returned", ""),
    "permit.member_invited": ("Somebody invited to the carpool", ""),
    "permit.member_joined": ("Somebody joined the carpool", "good"),
    "permit.member_left": ("Somebody left the carpool", "warn"),
    "permit.pass_given": ("Visitor pass given", ""),
    "permit.pass_ended": ("Visitor pass ended", ""),
    "permit.extended": ("End moved to a later day", "info"),
    "permit.written_to": ("Written to by the office", ""),
    "permit.passes_given": ("Visitor passes given by list", ""),
    "permit.passes_ended": ("Visitor passes of a list ended", ""),
    "permit.guest_link_made": ("Guest link made", ""),
    "permit.guest_link_closed": ("Guest link closed", ""),
    "permit.reminded": ("Reminded that the permit ends", ""),
    "permit.document_sent": ("Document sent", ""),
    "permit.document_withdrawn": ("Document taken back", ""),
    "permit.document_forgotten": ("Document deleted, its time was over", ""),
    "permit.expired": ("Permit ended", ""),
}
"""The audit events of a permit in words, with their tone."""
LINE_WORDS = {
    "waitlist.joined": ("Joined the line", ""),
    "waitlist.offered": ("Place offered", "good"),
    "waitlist.reminded": ("Reminded of the offer", ""),
    "waitlist.extended": ("Offer stands longer", "info"),
    "waitlist.accepted": ("Place taken", "good"),
    "waitlist.lapsed": ("Left the line, not answered", "warn"),
    "waitlist.sent_to_end": ("Sent to the end of the line", "warn"),
    "waitlist.withdrawn": ("Left the line", ""),
    "waitlist.skipped": ("Passed over", "warn"),
    "waitlist.gathering": ("First places held until there are enough", "info"),
    "waitlist.moved": ("Moved in line", "info"),
    "waitlist.ranked": ("Order of choices changed", ""),
    "waitlist.closing": ("Told that the line will be closed", ""),
}
"""The audit events of an entry of a waitlist in words, with their tone."""
STAY_WORDS = {
    "session.ordered": ("Asked for, not paid yet", ""),
    "session.started": ("Session begun", "good"),
    "session.extension_ordered": ("More time asked for, not paid yet", ""),
    "session.extended": ("Made longer", ""),
    "session.order_lapsed": ("Not paid in time, given up", "warn"),
    "session.stopped": ("Ended early", ""),
    "session.near_miss": ("Seen one character or one zone off; a warning", "warn"),
    "session.moved": ("Moved to where it was meant", "good"),
    "visitor_event.made": ("Event made", "good"),
    "visitor_event.passes_given": ("Passes given", ""),
    "visitor_event.plate_changed": ("A visitor changed the plate", ""),
    "visitor_event.pass_revoked": ("Pass withdrawn", "warn"),
    "department.opened": ("Department opened", "good"),
    "department.closed": ("Department closed", "warn"),
    "department.code_made": ("Code made", ""),
    "department.code_revoked": ("Code withdrawn", ""),
    "department.validated": ("Parking validated", ""),
    "department.exported": ("Uses saved as a file", ""),
    "visitor_event.exported": ("Passes saved as a file", ""),
    "session.reminded": ("Reminded that the time ends", ""),
}
"""The audit events of a paid stay in words, with their tone."""


def moments(subject: Subject, *, limit: int) -> Sequence[Moment]:
    """Return what happened to a customer's permits and stays, newest first."""
    permits = {
        permit.number: permit
        for permit in Permit.objects.filter(customer_id=subject.customer_id).order_by("-pk")[:limit]
    }
    events = AuditEvent.objects.filter(
        subject_kind="permit", subject_ref__in=list(permits), event__in=list(WORDS)
    ).order_by("-at", "-pk")[:limit]
    found = [
        Moment(
            event.at,
            "permit",
            WORDS[event.event][0],
            f"{event.subject_ref}, {type_of(permits[event.subject_ref]).name}"
            + (f". {event.reason}" if event.reason else ""),
            reverse("office_permits:detail", args=[event.subject_ref]),
            WORDS[event.event][1],
        )
        for event in events
    ]
    stays = ParkingSession.objects.filter(customer_id=subject.customer_id).order_by("-pk")[:limit]
    found += [
        Moment(
            stay.sold_at,
            "session",
            say("Paid stay in {zone_code}", zone_code=stay.zone_code),
            stay.number,
            reverse("office_stays:detail", args=[stay.number]),
            plate=stay.plate_text,
        )
        for stay in stays
    ]
    found += _line_moments(subject, limit=limit)
    return sorted(found, key=lambda moment: (moment.at, moment.title), reverse=True)[:limit]


def hits(text: str, *, limit: int) -> Sequence[Hit]:
    """Return the permits and paid stays that `text` may mean: by number, hangtag or plate."""
    wanted = Q(number__iexact=text) | Q(hangtag__iexact=text)
    number = tidy(text)
    if number is not None:
        wanted |= Q(number=number)
    elif text.upper().startswith("P-"):
        wanted |= Q(number__istartswith=text)
    try:
        key = plate_key(text)
    except ValueError:
        key = None
    if key is not None:
        on = PlateRight.objects.filter(plate_key=key, permit__isnull=False)
        wanted |= Q(pk__in=on.values("permit_id"))
    rows = Permit.objects.select_related("customer").filter(wanted).order_by("-pk")[:limit]
    return [*_permit_hits(rows, text), *_stay_hits(text, limit=limit)]


def _permit_hits(rows: Iterable[Permit], text: str) -> list[Hit]:
    number = tidy(text)
    return [
        Hit(
            "permit",
            say("Permit {number}", number=row.number),
            f"{type_of(row).name}, {row.customer}",
            reverse("office_permits:detail", args=[row.number]),
            exact=row.number in (number, text.upper()),
        )
        for row in rows
    ]


def _stay_hits(text: str, *, limit: int) -> list[Hit]:
    rows = ParkingSession.objects.filter(by_words(text)).order_by("-pk")[:limit]
    return [
        Hit(
            "session",
            say("Session {number}", number=row.number),
            f"{row.plate_text}, {row.zone_code}",
            reverse("office_stays:detail", args=[row.number]),
            exact=row.number == (tidy(text) or text.upper()),
        )
        for row in rows
    ]


def stay_history(number: str) -> list[Event]:
    """Return what happened to one paid stay as a time line shows it, newest first."""
    return events_shown("session", number)


def history_of(permit: Permit, *, url: str = "") -> list[Event]:
    """Return what happened to one permit as a time line shows it, newest first."""
    return events_shown("permit", permit.number, url=url)


def events_shown(kind: str, reference: str, *, url: str = "") -> list[Event]:
    """Return what happened to a permit, an entry of a waitlist or a paid stay, newest first."""
    found, words = [], WORDS | LINE_WORDS | STAY_WORDS
    for event in events_of(kind, reference):
        text, tone = words.get(event.event, (event.event.partition(".")[2].replace("_", " "), ""))
        detail = " ".join(part for part in (event.reason, f"By {event.actor_name}.") if part)
        found.append(Event(event.at, text, detail, tone, url))
    return found


def _line_moments(subject: Subject, *, limit: int) -> list[Moment]:
    """Return what happened to a customer in lines."""
    entries = {
        str(entry.reference): entry
        for entry in WaitlistEntry.objects.filter(customer_id=subject.customer_id).order_by("-pk")[
            :limit
        ]
    }
    if not entries:
        return []
    events = AuditEvent.objects.filter(
        subject_kind="waitlist", subject_ref__in=list(entries), event__in=list(LINE_WORDS)
    ).order_by("-at", "-pk")[:limit]
    return [
        Moment(
            event.at,
            "waitlist",
            LINE_WORDS[event.event][0],
            entries[event.subject_ref].type_code + (f". {event.reason}" if event.reason else ""),
            reverse("office_waitlists:detail", args=[event.subject_ref]),
            LINE_WORDS[event.event][1],
        )
        for event in events
    ]

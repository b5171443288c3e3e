"""Calls as the board, the officer and the caller see them; incidents; and what waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import reverse

from enforcement.models import Beat, Call, CallPicture, Citation, Incident
from enforcement.queries import citations as citing
from enforcement.queries.words import Word
from enforcement.rules import calls as rules
from enforcement.rules import counting
from parkops.audit import queries as audit
from parkops.kernel.decisions import NotFound
from parkops.kernel.texts import word
from parkops.tallies import queries as tallies
from parkops.tenancy import signing
from parkops.ui.values import Event, Tab

PAGE = "call"
"""What the address of a caller's own page is signed for."""
VIEWS = {"": "Open", "new": "With nobody", "late": "Late", "done": "Done"}
KEPT = {"": counting.CALLS, "new": counting.NEW_CALLS, "late": counting.LATE_CALLS}
"""The figures of the views."""
OVER = (rules.DONE, rules.CANCELLED)
TONES = {
    rules.NEW: "warn",
    rules.ASSIGNED: "info",
    rules.ACCEPTED: "info",
    rules.ARRIVED: "info",
    rules.DONE: "good",
    rules.CANCELLED: "",
}
PRIORITIES = {
    rules.URGENT: Word("Urgent", "bad"),
    rules.HIGH: Word("High", "warn"),
    rules.NORMAL: Word("Normal"),
    rules.LOW: Word("Low"),
}
EVENTS = {
    "call.taken": "Taken in",
    "call.assigned": "Given",
    "call.accepted": "Accepted",
    "call.arrived": "There",
    "call.done": "Done",
    "call.cancelled": "Cancelled",
}


@dataclass(frozen=True, slots=True)
class CallRow:
    """A call in a list: what it is about, how it stands, and whether somebody should be there."""

    call: Call
    kind: str
    state: Word
    priority: Word
    minutes_left: int | None

    @property
    def is_late(self) -> bool:
        """Whether nobody has come in time."""
        return self.minutes_left is not None and self.minutes_left < 0

    @property
    def late_text(self) -> str:
        """By how much it is late."""
        late = -(self.minutes_left or 0)
        if late < 2 * 60:
            return f"{late} min late"
        hours = late // 60
        return f"{hours} h late" if hours < 2 * 24 else f"{hours // 24} days late"


@dataclass(frozen=True, slots=True)
class CallPage:
    """All about a call."""

    row: CallRow
    pictures: list[CallPicture]
    outcome: str
    events: list[Event]
    incidents: list[Incident]

    @property
    def call(self) -> Call:
        """The call itself."""
        return self.row.call


def calls(view: str, *, text: str = "", officer: str = "", at: datetime) -> QuerySet[Call]:
    """Return the calls of a view: the open ones most urgent first, those that are over newest first."""
    rows = Call.objects.filter(_view(view, at=at))
    if text:
        named = Q(number=citing.number_of(text)) | Q(place__icontains=text.strip())
        named |= Q(zone_code__iexact=text.strip())
        if key := citing.key_in(text):
            named |= Q(plate_key=key)
        rows = rows.filter(named)
    if officer:
        rows = rows.filter(officer_ref=officer)
    if view == "done":
        return rows.order_by("-done_at", "-pk")
    return rows.order_by("priority", "answer_by", "pk")


def call_tabs(view: str, *, at: datetime) -> list[Tab]:
    """Return the views of the board with how many calls each has, as is kept of them."""
    counts = tallies.sums(dict.fromkeys(KEPT.values(), tallies.until(at)))
    url = reverse("office_dispatch:board")
    return [
        Tab(
            label,
            f"{url}?view={name}" if name else url,
            counts.get(KEPT.get(name, "")),
            current=view == name,
        )
        for name, label in VIEWS.items()
    ]


def call_rows(found: Sequence[Call], *, at: datetime) -> list[CallRow]:
    """Return calls as lists show them."""
    return [
        CallRow(
            call,
            word(rules.KINDS[call.kind].name),
            Word(word(rules.STATES[call.state]), TONES[call.state]),
            PRIORITIES[call.priority],
            int((call.answer_by - at).total_seconds() // 60) if _waits(call) else None,
        )
        for call in found
    ]


def call(number: str) -> Call:
    """Return the call with this number.

    :raises NotFound: if there is none.
    """
    found = Call.objects.filter(number=citing.number_of(number)).first()
    if found is None:
        raise NotFound("There is no such call.")
    return found


def call_page(call: Call, *, at: datetime) -> CallPage:
    """Return all about a call at `at`."""
    return CallPage(
        row=call_rows([call], at=at)[0],
        pictures=list(call.pictures.order_by("pk")),
        outcome=word(rules.OUTCOMES[call.outcome]) if call.outcome else "",
        events=[
            Event(
                event.at,
                f"{EVENTS.get(event.event, event.event)}{_to(event.data)}",
                f"{event.actor_name}. {event.reason}".strip(),
            )
            for event in audit.events_of("call", call.number)
        ],
        incidents=list(call.incidents.order_by("-happened_at", "-pk")),
    )


def mine(officer_ref: str, *, at: datetime) -> list[CallRow]:
    """Return the open calls of an officer, the most urgent first."""
    rows = Call.objects.filter(officer_ref=officer_ref, done_at__isnull=True)
    return call_rows(list(rows.order_by("priority", "answer_by", "pk")[:100]), at=at)


def free(beat: Beat | None, *, at: datetime) -> list[CallRow]:
    """Return the open calls that nobody has: in the zones of the beat and those without a zone, or all."""
    rows = Call.objects.filter(state=rules.NEW)
    if beat is not None:
        rows = rows.filter(zone_code__in=[*beat.zones, ""])
    return call_rows(list(rows.order_by("priority", "answer_by", "pk")[:50]), at=at)


def own_citations(officer_ref: str, *, at: datetime) -> list[Citation]:
    """Return the latest citations of an officer, for one to be named as what came of a call."""
    rows = Citation.objects.filter(officer_ref=officer_ref, recorded_at__lte=at)
    return list(rows.order_by("-recorded_at", "-pk")[:10])


def picture(reference: UUID, *, call: Call) -> CallPicture:
    """Return a picture of a call.

    :raises NotFound: if there is none.
    """
    found = call.pictures.filter(reference=reference).first()
    if found is None:
        raise NotFound("There is no such picture.")
    return found


def call_named(number: str, pin: str) -> Call | None:
    """Return the call of this number and PIN, else None."""
    found = Call.objects.filter(number=citing.number_of(number)).first()
    return found if found is not None and found.pin == pin.strip() else None


def page_path(call: Call) -> str:
    """Return the path of the caller's own page."""
    return reverse("portal_calls:follow", args=[signing.sign_name(call.number, purpose=PAGE)])


def incidents(*, kind: str = "", text: str = "") -> QuerySet[Incident]:
    """Return incidents, the newest first."""
    rows = Incident.objects.select_related("call")
    if kind:
        rows = rows.filter(kind=kind)
    if text:
        named = Q(number=citing.number_of(text)) | Q(text__icontains=text.strip())
        named |= Q(place__icontains=text.strip()) | Q(police_reference__iexact=text.strip())
        rows = rows.filter(named)
    return rows.order_by("-happened_at", "-pk")


def incident(number: str) -> Incident:
    """Return the incident with this number.

    :raises NotFound: if there is none.
    """
    rows = Incident.objects.select_related("call")
    found = rows.filter(number=citing.number_of(number)).first()
    if found is None:
        raise NotFound("There is no such incident.")
    return found


def _waits(call: Call) -> bool:
    return call.state in (rules.NEW, rules.ASSIGNED, rules.ACCEPTED)


def _view(view: str, *, at: datetime) -> Q:
    is_open = Q(done_at__isnull=True)
    return {
        "new": is_open & Q(state=rules.NEW),
        "late": is_open & Q(answer_by__lt=at) & ~Q(state=rules.ARRIVED),
        "done": Q(done_at__isnull=False),
    }.get(view, is_open)


def _to(data: dict) -> str:
    return f" to {data['officer']}" if data.get("officer") else ""

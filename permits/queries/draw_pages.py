"""Draws as the office sees them: the list, one draw with what came of each entry, and its file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Count,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)

from parkops.customers import queries as customers
from parkops.kernel.codes import code_key
from parkops.programme import queries as programme
from permits.models import Draw, Permit, Ticket, WaitlistEntry
from permits.queries import draws
from permits.rules.draws import Proof, verify

VIEWS = {"all": "All", "coming": "To be drawn", "drawn": "Drawn"}
KINDS = {Draw.Kind.LOTTERY: "Lottery", Draw.Kind.ROOM: "Waiting room"}
OUTCOMES = {
    "entered": ("Entered", ""),
    "placing": ("Being placed", "info"),
    "line": ("In line", ""),
    "offered": ("Offered", "info"),
    "turn": ("In turn", "info"),
    "bought": ("Has a permit", "good"),
    "missed": ("Turn not used", "warn"),
    "out": ("Got no place", "warn"),
    "left": ("Left", ""),
    "forgotten": ("Forgotten", ""),
}
"""What became of an entry on screen, with its tone."""
HEAD = ("Drawn as", "Now", "Customer", "E-mail", "Receipt", "Entered", "Outcome", "Permit")
AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to."""

    type_code: str = ""
    kind: str = ""
    view: str = "all"


@dataclass(frozen=True, slots=True)
class DrawRow:
    """A draw with the name of its type, its state, how many entered and how many got a permit."""

    draw: Draw
    name: str
    kind: str
    state: str
    tone: str
    entered: int
    bought: int


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One entry with what became of it."""

    ticket: Ticket
    outcome: str
    tone: str
    permit: Permit | None


def matching(filters: Filters) -> QuerySet[Draw]:
    """Return the draws that a list shows, the latest first."""
    rows = Draw.objects.order_by("-draws_at", "-pk")
    if filters.type_code:
        rows = rows.filter(type_key=code_key(filters.type_code))
    if filters.kind:
        rows = rows.filter(kind=filters.kind)
    if filters.view in ("coming", "drawn"):
        rows = rows.filter(drawn_at__isnull=filters.view == "coming")
    return rows


def counts() -> dict[str, int]:
    """Return how many draws each view has."""
    return Draw.objects.aggregate(
        all=Count("pk"),
        coming=Count("pk", filter=Q(drawn_at=None)),
        drawn=Count("pk", filter=~Q(drawn_at=None)),
    )


def types(*, at: datetime) -> list[tuple[str, str]]:
    """Return the permit types that were ever drawn, to choose from, by their present names."""
    rules = programme.in_force(at).programme
    codes = sorted(set(Draw.objects.order_by().values_list("type_code", flat=True)))
    kinds = [(code, rules.permit_type(code)) for code in codes]
    return [(code, kind.name if kind else code) for code, kind in kinds]


def rows_of(found: Sequence[Draw], *, at: datetime) -> list[DrawRow]:
    """Return draws as the list shows them, by one statement for all."""
    rules = programme.in_force(at).programme
    tickets = Ticket.objects.filter(draw__in=found)
    sums = {
        one["draw"]: one
        for one in _with_outcome(tickets, at=at)
        .order_by()
        .values("draw")
        .annotate(
            entered=Count("pk", filter=Q(drawn_as__isnull=False) | Q(left_at=None)),
            bought=Count("pk", filter=Q(outcome="bought")),
        )
    }
    rows = []
    for one in found:
        kind = rules.permit_type(one.type_code)
        told = sums.get(one.pk)
        state, tone = _state(one, at)
        rows.append(
            DrawRow(
                one,
                kind.name if kind else one.type_code,
                KINDS[Draw.Kind(one.kind)],
                state,
                tone,
                told["entered"] if told else 0,
                told["bought"] if told else 0,
            )
        )
    return rows


def outcomes_of(draw: Draw, *, at: datetime) -> dict[str, int]:
    """Return how many entries came to what."""
    rows = _with_outcome(draw.tickets.all(), at=at).order_by()
    counted = rows.annotate(became=F("outcome")).values("became").annotate(n=Count("pk"))
    return {one["became"]: one["n"] for one in counted}


def entries(draw: Draw, *, text: str = "", outcome: str = "", at: datetime) -> QuerySet[Ticket]:
    """Return a draw's entries in its order, narrowed to a person or receipt, and to an outcome."""
    rows = _with_outcome(draw.tickets.select_related("customer"), at=at)
    if text.strip():
        wanted = draws.receipt_of(text.strip())
        person = Q(customer__in=customers.matching(text))
        rows = rows.filter(person | Q(reference=wanted) if wanted else person)
    if outcome:
        rows = rows.filter(Q(("outcome", outcome)))
    return rows.order_by(F("number").asc(nulls_last=True), "came_at", "pk")


def entry_rows(found: Sequence[Ticket]) -> list[EntryRow]:
    """Return entries as pages show them, by one statement for their permits."""
    permits = Permit.objects.in_bulk(
        [one.permit_got for one in found if one.permit_got]  # type: ignore[attr-defined]
    )
    return [
        EntryRow(one, *OUTCOMES[one.outcome], permits.get(one.permit_got))  # type: ignore[attr-defined]
        for one in found
    ]


def proof(draw: Draw) -> Proof:
    """Repeat a draw that is done from what is published of it."""
    order = [str(one) for one in draws.in_order(draw).values_list("reference", flat=True)]
    return verify(draw.commitment, draw.seed, order)


def file_batches(
    draw: Draw, *, text: str = "", outcome: str = "", at: datetime
) -> Iterator[list[tuple[object, ...]]]:
    """Yield the head, then the entries that the page would show, some at once."""
    zone = programme.in_force(at).programme.tz
    yield [HEAD]
    found = list(entries(draw, text=text, outcome=outcome, at=at))
    for start in range(0, len(found), AT_ONCE):
        yield [_line(row, zone) for row in entry_rows(found[start : start + AT_ONCE])]


def _line(row: EntryRow, zone: ZoneInfo) -> tuple[object, ...]:
    ticket = row.ticket
    return (
        ticket.drawn_as or "",
        ticket.number or "",
        ticket.customer.name if ticket.customer else "",
        ticket.customer.email if ticket.customer else "",
        str(ticket.reference),
        f"{ticket.came_at.astimezone(zone):%Y-%m-%d %H:%M}",
        row.outcome,
        row.permit.number if row.permit else "",
    )


def _state(draw: Draw, at: datetime) -> tuple[str, str]:
    """Return what the state of a draw is called on screen, and its tone."""
    if draw.drawn_at is None:
        if at < draw.opens_at:
            return "Not open yet", ""
        if at < draw.draws_at:
            return ("Takes entries" if draw.kind == Draw.Kind.LOTTERY else "Gathering"), "info"
        return "To be drawn now", "warn"
    if draw.kind == Draw.Kind.LOTTERY:
        return ("Drawn", "good") if draw.settled_at else ("Placing people in line", "info")
    if draw.sold_out_at is not None:
        return "Sold out", "warn"
    return ("People wait", "info") if draw.called < draw.last_number else ("Nobody waits", "good")


def _with_outcome(tickets: QuerySet[Ticket], *, at: datetime) -> QuerySet[Ticket]:
    """Return tickets with what became of each (`outcome`) and which permit it brought (`permit_got`)."""
    line = WaitlistEntry.objects.filter(
        customer_id=OuterRef("customer_id"),
        type_key=OuterRef("draw__type_key"),
        joined_at__gte=OuterRef("draw__drawn_at"),
    ).order_by("-pk")
    tickets = tickets.annotate(
        line_status=Subquery(line.values("status")[:1]),
        permit_got=Case(
            When(draw__kind=Draw.Kind.ROOM, then=F("permit_id")),
            default=Subquery(line.values("permit_id")[:1]),
            output_field=BigIntegerField(),
        ),
    )
    states, lot, room = WaitlistEntry.Status, {"draw__kind": "lottery"}, {"draw__kind": "room"}
    return tickets.annotate(
        outcome=Case(
            When(customer__isnull=True, then=Value("forgotten")),
            When(left_at__isnull=False, then=Value("left")),
            When(draw__drawn_at=None, then=Value("entered")),
            When(**room, permit__isnull=False, then=Value("bought")),
            When(**room, turn_ends_at__gt=at, then=Value("turn")),
            When(**room, turn_ends_at__isnull=False, then=Value("missed")),
            When(**room, then=Value("line")),
            When(number__gt=F("draw__called"), then=Value("placing")),
            When(**lot, line_status=states.ACCEPTED, then=Value("bought")),
            When(**lot, line_status=states.OFFERED, then=Value("offered")),
            When(**lot, line_status=states.WAITING, then=Value("line")),
            default=Value("out"),
            output_field=CharField(),
        )
    )

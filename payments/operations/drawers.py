"""What can be done with a cash drawer: opened with a float, moved cash in and out of, counted, signed."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict, NotFound, Refused
from parkops.kernel.money import Money
from parkops.programme import queries as programme
from payments import place, queries
from payments.accounts import CASH, CASH_OVER_SHORT, IN_TRANSIT, SMALL_PURCHASES, SUSPENSE
from payments.models import Drawer, DrawerMovement
from payments.operations import ledger, tallying
from payments.operations.ledger import Leg
from payments.rules import drawers as rules
from payments.rules import may_keep_text

PURPOSE_ACCOUNTS = {"bank": IN_TRANSIT, "expense": SMALL_PURCHASES, "unknown": SUSPENSE}
"""Where cash comes from or goes to. What is dropped to the safe stays cash and moves nothing."""

OPEN_ALREADY = "You have a drawer open. Close it first."


@transaction.atomic
def open_drawer(*, name: str, float_: Money, by: Actor, at: datetime) -> Drawer:
    """Open a drawer with the change that lies in it.

    :raises Conflict: if this member of staff has one open already.
    :raises Refused: if the float is below zero.
    """
    if float_.minor < 0:
        raise Refused("float", "The float cannot be below zero.", field="float")
    holder = f"{by.kind}:{by.ref}"
    if by.kind == "staff" and queries.open_drawer_of(holder) is not None:
        raise Conflict("drawer_open", OPEN_ALREADY)
    try:
        with transaction.atomic():
            drawer = Drawer.objects.create(
                name=name or "Counter",
                holder_ref=holder,
                holder_name=by.name,
                opened_at=at,
                float_minor=float_.minor,
            )
    except IntegrityError as error:
        raise Conflict("drawer_open", OPEN_ALREADY) from error
    _record(drawer, "drawer.opened", by=by, at=at, float=float_.amount)
    return drawer


@transaction.atomic
def move_cash(
    public_id: UUID,
    *,
    kind: str,
    purpose: str,
    amount: Money,
    reason: str = "",
    request_key: str = "",
    by: Actor,
    at: datetime,
) -> DrawerMovement:
    """Put cash into an open drawer, take some out, or drop some to the safe. The same `request_key`
    moves it once.

    :raises NotFound: if there is no such drawer.
    :raises Conflict: `drawer_closed`.
    :raises Refused: `amount`, `reason`, `purpose`, or `too_much` if less lies in it.
    """
    drawer = _locked(public_id)
    known = DrawerMovement.objects.filter(request_key=request_key) if request_key else None
    if known and (before := known.first()):
        return before
    if drawer.closed_at is not None:
        raise Conflict("drawer_closed", "This drawer is closed. Open one first.")
    reason = reason.strip()
    rules.may_move_cash(
        kind=kind,
        purpose=purpose,
        amount=amount.minor,
        reason=reason,
        lies_there=queries.expected_in(drawer).minor,
    ).require()
    movement = DrawerMovement.objects.create(
        drawer=drawer,
        kind=kind,
        purpose=purpose,
        amount_minor=amount.minor,
        reason=reason,
        moved_at=at,
        moved_by=by.name,
        request_key=request_key or None,
    )
    if kind == DrawerMovement.Kind.DROP:
        tallying.count_drop()
    else:
        moved = movement.signed_minor
        ledger.post(
            f"drawer:{drawer.public_id}:movement:{movement.pk}",
            [Leg(CASH, moved), Leg(PURPOSE_ACCOUNTS[purpose], -moved)],
            text=f"{drawer}, {movement.get_kind_display().lower()}: {reason}",
            by=by,
            at=at,
        )
    _record(drawer, f"drawer.{kind}", by=by, at=at, reason=reason, amount=amount.amount)
    return movement


@transaction.atomic
def close_drawer(
    public_id: UUID,
    *,
    counted: Money,
    pieces: Sequence[tuple[int, int]] = (),
    by: Actor,
    at: datetime,
) -> Drawer:
    """Close a drawer with what was counted in it; what is over or short is posted.

    `pieces` are the notes and coins that were counted, as (denomination, how many).

    :raises NotFound: if there is no such drawer.
    :raises Conflict: `drawer_closed` if it is closed already.
    """
    drawer = _locked(public_id)
    if drawer.closed_at is not None:
        who = f"{drawer.closed_by} has closed it with another count." if drawer.closed_by else ""
        raise Conflict("drawer_closed", f"This drawer is closed already. {who}".strip())
    drawer.expected_minor = queries.expected_in(drawer).minor
    with tallying.tallied_drawer(drawer):
        drawer.closed_at, drawer.closed_by = at, by.name
    _count(drawer, counted=counted, pieces=pieces, was_over=0, by=by, at=at)
    _record(drawer, "drawer.closed", by=by, at=at, counted=counted.amount, over=_over(drawer))
    return drawer


@transaction.atomic
def count_again(
    public_id: UUID,
    *,
    counted: Money,
    pieces: Sequence[tuple[int, int]] = (),
    by: Actor,
    at: datetime,
) -> Drawer:
    """Count a closed drawer once more, as a supervisor asked; the difference to before is posted.

    :raises NotFound: if there is no such drawer.
    :raises Conflict: `no_recount` if nobody asked, or somebody has counted meanwhile.
    """
    drawer = _locked(public_id)
    if drawer.recount_asked_at is None:
        raise Conflict("no_recount", "Nobody asks for another count of this drawer any more.")
    was_over = drawer.over_minor or 0
    with tallying.tallied_drawer(drawer):
        drawer.recount_asked_at = None
    _count(drawer, counted=counted, pieces=pieces, was_over=was_over, by=by, at=at)
    _record(drawer, "drawer.recounted", by=by, at=at, counted=counted.amount, over=_over(drawer))
    return drawer


@transaction.atomic
def explain_drawer(public_id: UUID, *, reason: str, by: Actor, at: datetime) -> Drawer:
    """Write down why a drawer is over or short.

    :raises NotFound: if there is no such drawer.
    :raises Conflict: `drawer_not_counted`, `drawer_signed`.
    :raises Refused: `reason` without one.
    """
    drawer = _locked(public_id)
    rules.may_explain(
        is_counted=drawer.closed_at is not None, is_signed=drawer.signed_at is not None
    ).require()
    if not reason.strip():
        raise Refused("reason", "Say why it is over or short.", field="reason")
    may_keep_text(reason, field="reason").require()
    drawer.explanation = reason.strip()[:300]
    drawer.save(update_fields=["explanation"])
    _record(drawer, "drawer.explained", by=by, at=at, reason=drawer.explanation)
    return drawer


@transaction.atomic
def ask_for_recount(public_id: UUID, *, reason: str, by: Actor, at: datetime) -> Drawer:
    """Ask for another count of a closed drawer, as its second person.

    :raises NotFound: if there is no such drawer.
    :raises Conflict: `own_drawer`, `drawer_not_counted`, `drawer_signed`, `recount_asked`.
    :raises Refused: `reason` without one.
    """
    drawer = _locked(public_id)
    _require_second(drawer, by=by, is_explained=True)
    if not reason.strip():
        raise Refused("reason", "Say why it is to be counted again.", field="reason")
    may_keep_text(reason, field="reason").require()
    last = drawer.counts.order_by("-place").first()
    if last is not None:
        last.refused_by, last.refused_because = by.name, reason.strip()[:300]
        last.save(update_fields=["refused_by", "refused_because"])
    with tallying.tallied_drawer(drawer):
        drawer.recount_asked_at = at
    drawer.save(update_fields=["recount_asked_at"])
    _record(drawer, "drawer.recount_asked", by=by, at=at, reason=reason)
    return drawer


@transaction.atomic
def sign_drawer(public_id: UUID, *, by: Actor, at: datetime) -> Drawer:
    """Sign a closed drawer off, as somebody else than who held and counted it; twice is once.

    :raises NotFound: if there is no such drawer.
    :raises Conflict: `own_drawer`, `drawer_not_counted`, `recount_asked`, `not_explained`.
    """
    drawer = _locked(public_id)
    if drawer.signed_at is not None:
        return drawer
    _require_second(drawer, by=by, is_explained=not needs_explaining(drawer, at=at))
    with tallying.tallied_drawer(drawer):
        drawer.signed_at, drawer.signed_by = at, by.name
    drawer.save(update_fields=["signed_at", "signed_by"])
    _record(drawer, "drawer.signed", by=by, at=at, over=_over(drawer))
    return drawer


def needs_explaining(drawer: Drawer, *, at: datetime) -> bool:
    """Return whether a counted drawer is over or short by more than the program lets pass."""
    above = programme.in_force(at).programme.counter.explain_above
    return rules.needs_explaining(
        over=drawer.over_minor or 0,
        above=above.minor if above else 0,
        explanation=drawer.explanation,
    )


def _count(
    drawer: Drawer,
    *,
    counted: Money,
    pieces: Sequence[tuple[int, int]],
    was_over: int,
    by: Actor,
    at: datetime,
) -> None:
    """Keep a count of a locked drawer, and post what it is over or short beyond what was posted."""
    if counted.minor < 0:
        raise Refused("counted", "The count cannot be below zero.", field="counted")
    number = drawer.counts.count() + 1
    drawer.counts.create(
        place=number,
        counted_minor=counted.minor,
        pieces=[list(piece) for piece in pieces],
        counted_at=at,
        counted_by=by.name,
        counted_by_ref=_ref(by),
    )
    drawer.counted_minor = counted.minor
    drawer.save()
    over = drawer.over_minor or 0
    ledger.post(
        f"drawer:{drawer.public_id}:{'closed' if number == 1 else f'count:{number}'}",
        [Leg(CASH, over - was_over), Leg(CASH_OVER_SHORT, was_over - over)],
        text=f"{drawer}: {'over' if over > 0 else 'short' if over < 0 else 'neither over nor short'}",
        by=by,
        at=at,
    )


def _require_second(drawer: Drawer, *, by: Actor, is_explained: bool) -> None:
    counters = drawer.counts.values_list("counted_by_ref", flat=True)
    decision = rules.may_sign(
        is_counted=drawer.closed_at is not None,
        is_signed=drawer.signed_at is not None,
        is_asked_again=drawer.recount_asked_at is not None,
        is_own=_ref(by) in {drawer.holder_ref, *counters},
        is_explained=is_explained,
    )
    if not decision:
        raise Conflict(decision.code, decision.reason)


def _locked(public_id: UUID) -> Drawer:
    drawer = Drawer.objects.select_for_update().filter(public_id=public_id).first()
    if drawer is None:
        raise NotFound("There is no such drawer.")
    return drawer


def _record(drawer: Drawer, event: str, *, by: Actor, at: datetime, **told: str) -> None:
    audit.record(event, subject=("drawer", str(drawer.public_id)), actor=by, at=at, **told)


def _over(drawer: Drawer) -> str:
    return place.money(drawer.over_minor or 0).amount


def _ref(by: Actor) -> str:
    return f"{by.kind}:{by.ref}"

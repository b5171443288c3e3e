"""Free places offered down the line: who is next, who is passed over and why, offers gone by."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from django.db import transaction
from django.db.models import Min, Q, QuerySet

from parkops.audit import operations as audit
from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.codes import code_key
from parkops.kernel.decisions import ALLOWED, Decision
from parkops.kernel.texts import packed_by_english, say
from parkops.programme import queries as programme
from parkops.programme.permit_schema import PermitType, Waitlist
from parkops.programme.queries import InForce
from parkops.programme.schema import Programme
from permits.models import WaitlistEntry
from permits.operations import line_notices, places
from permits.queries import free, line, sale
from permits.rules import eligibility, quotas
from permits.rules import waitlist as rule
from permits.rules.terms import clock_text, day_text

Status = WaitlistEntry.Status
BATCH = 500
AT_ONCE = 50
TOO_FEW = "needs_places"


@transaction.atomic
def offer_free_places(type_code: str, *, at: datetime) -> int:
    """Offer free places of a type down the line, each offer holding its own, and those of quotas
    that it shares down the lines of the other types, who waits longest first; returns how many.

    Who may not have one is passed over, which is recorded with its reason, and waits on. Who wants
    several has those that are free gathered until there are enough. Nothing is offered while the
    type is not on sale.
    """
    in_force = programme.in_force(at)
    rules = in_force.programme
    kind = rules.permit_type(type_code)
    if kind is None:
        return 0
    lines = [kind.code, *quotas.sharing(kind, rules)]
    if len(lines) > 1:
        lines = _longest_first(lines)
    return sum(_offer_in_line(code, in_force, at=at) for code in lines)


def _longest_first(codes: Sequence[str]) -> list[str]:
    """Return types by how long the first in line waits; who is passed over keeps nobody waiting."""
    rows = WaitlistEntry.objects.filter(
        type_key__in=[code_key(code) for code in codes], status=Status.WAITING, skip_code=""
    )
    first = dict(rows.values_list("type_key").annotate(Min("joined_at")))
    never = datetime.max.replace(tzinfo=UTC)
    return sorted(codes, key=lambda code: first.get(code_key(code), never))


def _offer_in_line(type_code: str, in_force: InForce, *, at: datetime) -> int:
    """Offer free places down the line of one type; returns how many."""
    rules = in_force.programme
    kind = rules.permit_type(type_code)
    if kind is None or kind.waitlist is None:
        return 0
    wanted = free.places_now(kind, rules, at)
    if not wanted or not _is_sold(kind, rules, at) or not free.places_left(kind, rules, wanted):
        return 0
    limits = quotas.limits_of(kind, rules)
    offered = 0
    for entry in _line(code_key(kind.code)):
        decision = _may_offer(entry, kind, in_force, at)
        if not decision:
            _pass_over(entry, decision, at=at)
            continue
        if _gather(entry, wanted, limits):
            _offer(entry, kind.waitlist, rules, at=at)
            offered += 1
        elif _keeps_gathering(entry, kind.waitlist, rules, at=at):
            break
    return offered


def offer_everywhere(*, at: datetime) -> None:
    """Offer free places of every type with people in line: after a quota was raised, say."""
    waiting = WaitlistEntry.objects.filter(Q(status=Status.WAITING))
    for code in sorted(set(waiting.values_list("type_code", flat=True))):
        offer_free_places(code, at=at)


def expire_offers(*, at: datetime) -> int:
    """Take back the offers whose time is over, stop gathering for who waited too long for several
    places, and remind who has to answer soon; returns how many offers were taken back."""
    due = WaitlistEntry.objects.filter(status=Status.OFFERED, offer_expires_at__lte=at)
    ids = list(due.order_by("offer_expires_at", "pk").values_list("pk", flat=True)[:BATCH])
    for entry_id in ids:
        _lapse(entry_id, at=at)
    gathering = WaitlistEntry.objects.filter(status=Status.WAITING, gathering_at__isnull=False)
    for entry_id in gathering.order_by("pk").values_list("pk", flat=True)[:BATCH]:
        _stop_gathering(entry_id, at=at)
    _remind_all(at=at)
    return len(ids)


def purge_waitlists(*, at: datetime) -> int:
    """Tell those in a line that it will be closed, and close it on its day; returns how many left.

    Nobody is closed out who was not told on an earlier day.
    """
    rules = programme.in_force(at).programme
    closed = 0
    for kind in rules.permit_types:
        if kind.waitlist is None or kind.waitlist.purge is None:
            continue
        rows = WaitlistEntry.objects.filter(type_key=code_key(kind.code), status=Status.WAITING)
        known = rows.values_list("pk", "joined_at", "purge_told_at")
        for entry_id, joined_at, told_at in list(known):
            due = rule.purge_due(kind.waitlist, joined_at, told_at, zone=rules.tz, at=at)
            if due is not None:
                closed += _purge(entry_id, kind.waitlist, rules, at=at)
    return closed


def close(
    entry: WaitlistEntry, status: Status, *, reason: str = "", by: Actor, at: datetime
) -> None:
    """Close a locked entry; its places are free. The caller offers them."""
    places.give_back(entry.type_key, entry.places)
    entry.status, entry.places, entry.closed_at = status, [], at
    entry.gathering_at, entry.close_reason = None, reason
    entry.said = {**entry.said, **packed_by_english([reason])}
    entry.save(
        update_fields=["status", "places", "closed_at", "gathering_at", "close_reason", "said"]
    )
    _record(str(status), entry, by=by, at=at, reason=str(reason))


def let_go(entry: WaitlistEntry, *, at: datetime) -> None:
    """Do with a locked entry whose offer went by what its program says: it leaves, or goes to the
    end of the line. Its holder is told."""
    places.give_back(entry.type_key, entry.places)
    entry.places, entry.lapses = [], entry.lapses + 1
    entry.save(update_fields=["places", "lapses"])
    kind = programme.in_force(at).programme.permit_type(entry.type_code)
    line_rule = kind.waitlist if kind else None
    goes_on = line_rule is not None and rule.after_lapse(line_rule, entry.lapses) == "end"
    if not goes_on or _is_again(entry):
        why = say("The offer was not taken in time.")
        close(entry, Status.LAPSED, reason=why, by=SYSTEM, at=at)
    else:
        zone = programme.in_force(at).programme.tz
        note = say(
            "You did not take the place that was offered until {until}, and went to the end.",
            until=clock_text(entry.offer_expires_at or at, zone),
        )
        entry.status, entry.seat, entry.note = Status.WAITING, seat_now(at), note
        entry.offered_at = entry.offer_expires_at = entry.closed_at = entry.permit = None
        entry.said = {**entry.said, **packed_by_english([note])}
        entry.save()
        _record("sent_to_end", entry, by=SYSTEM, at=at, reason=str(note))
    line_notices.tell_lapsed(entry, at=at)


def seat_now(at: datetime) -> int:
    """Return the number of a seat behind all that were taken before."""
    return int(at.timestamp() * 1_000_000)


def _line(type_key: str) -> Iterator[WaitlistEntry]:
    """Yield those who wait, the next first, each locked; whom another worker looks at is left out."""
    seen: list[int] = []
    while True:
        rows = (
            WaitlistEntry.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("customer")
            .filter(type_key=type_key, status=Status.WAITING)
            .exclude(pk__in=seen)
            .order_by(*line.ORDER)
        )
        found = list(rows[:AT_ONCE])
        if not found:
            return
        seen += [entry.pk for entry in found]
        yield from found


def _is_sold(kind: PermitType, rules: Programme, at: datetime) -> bool:
    """Whether the type is on sale to anybody at all."""
    audiences = kind.audience or tuple(audience.code for audience in rules.audiences)
    each = [[], *([code] for code in audiences)]
    return any(eligibility.is_on_sale(kind, rules, one, at=at) for one in each)


def _may_offer(entry: WaitlistEntry, kind: PermitType, in_force: InForce, at: datetime) -> Decision:
    decision = sale.may_be_offered(kind, in_force, entry.customer, wanted=entry.wanted, at=at)
    if not decision:
        return decision
    better = line.others_of(entry, at=at).filter(status=Status.OFFERED, rank__lt=entry.rank).first()
    if better is None:
        return ALLOWED
    other = in_force.programme.permit_type(better.type_code)
    return rule.has_no_better(other.name if other else better.type_code)


def _gather(entry: WaitlistEntry, wanted: tuple[str, ...], limits: Mapping[str, int]) -> bool:
    """Take free places for an entry until it has all that it wants; returns whether it has.

    Who was passed over because too few were free gets all at once or nothing.
    """
    missing = entry.wanted - len(entry.places) // len(wanted)
    mine: list[str] = []
    for _ in range(missing):
        if not places.take_places(entry.type_key, wanted, limits=limits):
            break
        mine += wanted
    has_all = len(mine) == missing * len(wanted)
    if not has_all and entry.skip_code == TOO_FEW:
        places.give_back(entry.type_key, mine)
    elif mine:
        entry.places = [*entry.places, *mine]
        entry.save(update_fields=["places"])
    return has_all


def _keeps_gathering(
    entry: WaitlistEntry, line_rule: Waitlist, rules: Programme, *, at: datetime
) -> bool:
    """Go on gathering for an entry that has not all it wants, or pass it over when that has taken
    too long; returns whether it goes on, so that nothing is free for those behind."""
    if entry.skip_code == TOO_FEW:
        return False
    if entry.gathering_at is None and entry.places:
        entry.gathering_at = at
        entry.save(update_fields=["gathering_at"])
        _record("gathering", entry, by=SYSTEM, at=at)
    since = entry.gathering_at or at
    if at < line_rule.gather.after(since, rules.tz):
        return True
    held = len(entry.places) // max(len(set(entry.places)), 1)
    _pass_over(entry, rule.finds_all(entry.wanted, held), at=at)
    return False


def _offer(entry: WaitlistEntry, line_rule: Waitlist, rules: Programme, *, at: datetime) -> None:
    entry.status, entry.offered_at, entry.reminded_at = Status.OFFERED, at, None
    entry.offer_expires_at = line_rule.offer.after(at, rules.tz)
    entry.skip_code, entry.skip_reason, entry.skipped_at = "", "", None
    entry.gathering_at = None
    entry.save()
    _record("offered", entry, by=SYSTEM, at=at, until=entry.offer_expires_at.isoformat())
    line_notices.tell_offer(entry, at=at)


def _pass_over(entry: WaitlistEntry, decision: Decision, *, at: datetime) -> None:
    """Note why a free place goes by an entry, once for each reason; what it gathered is free."""
    places.give_back(entry.type_key, entry.places)
    is_known = entry.skip_code == decision.code and entry.skip_reason == decision.reason
    if is_known and not entry.places:
        return
    entry.places, entry.gathering_at = [], None
    if not is_known:
        is_new = entry.skip_code != decision.code
        entry.skip_code, entry.skip_reason = decision.code, decision.reason
        entry.skipped_at = at if is_new else entry.skipped_at
        entry.said = {**entry.said, **packed_by_english([decision.reason])}
        if is_new:
            _record("skipped", entry, by=SYSTEM, at=at, reason=str(decision.reason))
    entry.save(
        update_fields=[
            "places",
            "gathering_at",
            "skip_code",
            "skip_reason",
            "skipped_at",
            "said",
        ]
    )


@transaction.atomic
def _lapse(entry_id: int, *, at: datetime) -> None:
    entry = _due().filter(pk=entry_id, status=Status.OFFERED, offer_expires_at__lte=at).first()
    if entry is None:
        return
    let_go(entry, at=at)
    offer_free_places(entry.type_code, at=at)


@transaction.atomic
def _stop_gathering(entry_id: int, *, at: datetime) -> None:
    entry = _due().filter(pk=entry_id, gathering_at__isnull=False).first()
    rules = programme.in_force(at).programme
    kind = rules.permit_type(entry.type_code) if entry else None
    if entry is None or kind is None or kind.waitlist is None:
        return
    if not _keeps_gathering(entry, kind.waitlist, rules, at=at):
        offer_free_places(entry.type_code, at=at)


def _remind_all(*, at: datetime) -> None:
    """Write to who has not answered an offer whose time is nearly over, once for each offer."""
    waiting = WaitlistEntry.objects.filter(
        status=Status.OFFERED, reminded_at__isnull=True, offer_expires_at__gt=at
    )
    rows = waiting.values_list("pk", "offered_at", "joined_at", "offer_expires_at")
    for entry_id, offered_at, joined_at, until in list(rows):
        if rule.remind_from(offered_at or joined_at, until or at) <= at:
            _remind(entry_id, at=at)


@transaction.atomic
def _remind(entry_id: int, *, at: datetime) -> None:
    entry = _due().filter(pk=entry_id, status=Status.OFFERED, reminded_at__isnull=True).first()
    if entry is None:
        return
    entry.reminded_at = at
    entry.save(update_fields=["reminded_at"])
    _record("reminded", entry, by=SYSTEM, at=at)
    line_notices.tell_offer_ends(entry, at=at)


@transaction.atomic
def _purge(entry_id: int, line_rule: Waitlist, rules: Programme, *, at: datetime) -> bool:
    entry = _due().filter(pk=entry_id, status=Status.WAITING).first()
    if entry is None:
        return False
    due = rule.purge_due(line_rule, entry.joined_at, entry.purge_told_at, zone=rules.tz, at=at)
    if due is None:
        return False
    act, on = due
    if act == "tell":
        entry.purge_told_at = at
        entry.save(update_fields=["purge_told_at"])
        _record("closing", entry, by=SYSTEM, at=at, on=on.isoformat())
        line_notices.tell_closing(entry, on=on, at=at)
        return False
    why = say("The line was closed on {day}.", day=day_text(on))
    close(entry, Status.LAPSED, reason=why, by=SYSTEM, at=at)
    line_notices.tell_closed(entry, at=at)
    return True


def _is_again(entry: WaitlistEntry) -> bool:
    """Whether its customer has joined the same line again meanwhile."""
    again = WaitlistEntry.objects.filter(
        type_key=entry.type_key, customer_id=entry.customer_id, status__in=line.OPEN
    )
    return again.exclude(pk=entry.pk).exists()


def _due() -> QuerySet[WaitlistEntry]:
    rows = WaitlistEntry.objects.select_for_update(skip_locked=True, of=("self",))
    return rows.select_related("customer")


def _record(
    event: str, entry: WaitlistEntry, *, by: Actor, at: datetime, reason: str = "", **data: object
) -> None:
    audit.record(
        f"waitlist.{event}",
        subject=("waitlist", str(entry.reference)),
        actor=by,
        at=at,
        reason=reason,
        **data,
    )

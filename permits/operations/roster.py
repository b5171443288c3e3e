"""Files of people from the institution: brought, read, applied once, with what follows."""

import hashlib
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import TypeVar

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Upper

from parkops.audit import operations as audit
from parkops.customers.models import Customer
from parkops.jobs import operations as jobs
from parkops.jobs.models import Job
from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.decisions import Conflict, Decision, NotFound, Refused
from parkops.programme import queries as programme
from permits.models import Roster, RosterRow
from permits.operations.eligibility import customers_locked, follow_audiences
from permits.rules import roster as rules
from permits.rules.roster import Line

READ, APPLY = "permits.read_roster", "permits.apply_roster"
LARGEST = 30 * 1024 * 1024
BATCH = 500
Kind = RosterRow.Kind
T = TypeVar("T")


@transaction.atomic
def bring_roster(
    name: str,
    content: bytes,
    *,
    is_complete: bool,
    is_from_drop: bool = False,
    by: Actor,
    at: datetime,
) -> Roster:
    """Keep a file of people and promise to read it. Nothing of it counts before it is applied.

    A file that was dropped before is not taken again: the first roster is returned.

    :raises Refused: if it is empty or larger than 30 MiB.
    """
    if not content.strip():
        raise Refused("file", "The file is empty.", field="file")
    if len(content) > LARGEST:
        raise Refused("file", "The file is larger than 30 MiB.", field="file")
    digest = hashlib.sha256(content).hexdigest()
    if is_from_drop:
        known = Roster.objects.filter(digest=digest, is_from_drop=True).first()
        if known is not None:
            return known
    roster = Roster.objects.create(
        name=name[-200:],
        digest=digest,
        file_name=default_storage.save(f"rosters/{uuid.uuid4()}.csv", ContentFile(content)),
        is_complete=is_complete,
        is_from_drop=is_from_drop,
        brought_at=at,
        brought_by=by.name,
    )
    jobs.ask(READ, {"roster": str(roster.reference)}, by=by, at=at)
    audit.record(
        "roster.brought",
        subject=("roster", str(roster.reference)),
        actor=by,
        at=at,
        is_complete=is_complete,
    )
    return roster


def read_roster(job: Job, progress: jobs.Progress, *, at: datetime) -> None:
    """Read a roster and say what each line comes to; from the start, if a worker was lost.

    One query of customers a batch of 500 lines. A roster from the drop folder is applied at once if
    nobody has to be asked.
    """
    roster = Roster.objects.get(reference=job.arguments["roster"])
    if roster.state != Roster.State.READING:
        return
    known = [audience.code for audience in programme.in_force(at).programme.audiences]
    with default_storage.open(roster.file_name) as file:
        content = file.read()
    RosterRow.objects.filter(roster=roster).delete()
    counts: Counter[str] = Counter()
    losses: Counter[str] = Counter()
    met: set[int] = set()
    try:
        lines = rules.lines_of(content, audiences=known)
        for some in _batches(lines):
            counts += _read(roster, some, met, losses)
            progress.tell(0.5, "Reading the lines", rows=counts.total())
    except Refused as refusal:
        Roster.objects.filter(pk=roster.pk).update(state=Roster.State.REFUSED, message=str(refusal))
        return
    if roster.is_complete:
        counts += _read_gone(roster, met, losses, progress)
    had = _holders(known)
    roster.counts, roster.state = dict(counts), Roster.State.READ
    roster.losses = {code: [losses[code], had[code]] for code in known if losses[code]}
    with transaction.atomic():
        roster.save(update_fields=["counts", "losses", "state"])
        is_clean = not counts[Kind.CONFLICT] and not counts[Kind.FAULT]
        if roster.is_from_drop and is_clean and may_apply(roster, confirmed=None, at=at):
            apply_roster(roster.reference, by=SYSTEM, at=at)


def may_apply(roster: Roster, *, confirmed: int | None, at: datetime) -> Decision:
    """Decide whether a roster may be applied, its losses having been confirmed by number or not."""
    most = programme.in_force(at).programme.eligibility.most_ending
    losses = {code: (lost, had) for code, (lost, had) in roster.losses.items()}
    return rules.guard(losses, most=most, confirmed=confirmed)


@transaction.atomic
def apply_roster(
    reference: uuid.UUID, *, confirmed: int | None = None, by: Actor, at: datetime
) -> Roster:
    """Promise to apply a roster that was read: lines with faults or conflicts are left out.

    :raises NotFound: if there is none.
    :raises Conflict: if it does not wait for a decision.
    :raises Refused: "mass_loss" unless the number of losses is confirmed.
    """
    roster = _locked(reference)
    if roster.state in (Roster.State.APPLYING, Roster.State.APPLIED):
        return roster
    if roster.state != Roster.State.READ:
        raise Conflict("roster_state", f"This roster is {roster.get_state_display().lower()}.")
    may_apply(roster, confirmed=confirmed, at=at).require()
    roster.state, roster.decided_at, roster.decided_by = Roster.State.APPLYING, at, by.name
    roster.save(update_fields=["state", "decided_at", "decided_by"])
    jobs.ask(APPLY, {"roster": str(roster.reference)}, by=by, at=at)
    audit.record(
        "roster.confirmed",
        subject=("roster", str(roster.reference)),
        actor=by,
        at=at,
        losses=roster.losses,
    )
    return roster


@transaction.atomic
def drop_roster(reference: uuid.UUID, *, by: Actor, at: datetime) -> Roster:
    """Let a roster that waits come to nothing. Twice is once.

    :raises Conflict: if it is being applied, or was.
    """
    roster = _locked(reference)
    if roster.state == Roster.State.DROPPED:
        return roster
    if roster.state != Roster.State.READ:
        raise Conflict("roster_state", f"This roster is {roster.get_state_display().lower()}.")
    roster.state, roster.decided_at, roster.decided_by = Roster.State.DROPPED, at, by.name
    roster.save(update_fields=["state", "decided_at", "decided_by"])
    audit.record("roster.dropped", subject=("roster", str(reference)), actor=by, at=at)
    return roster


def carry_out_roster(job: Job, progress: jobs.Progress, *, at: datetime) -> None:
    """Apply a confirmed roster in batches, each one transaction; a lost worker's batches stay done."""
    roster = Roster.objects.get(reference=job.arguments["roster"])
    if roster.state != Roster.State.APPLYING:
        return
    by = Actor("staff", job.asked_by_ref, job.asked_by_name) if job.asked_by_ref else SYSTEM
    todo = roster.rows.filter(kind__in=(Kind.NEW, Kind.CHANGED, Kind.GONE))
    total = todo.count() or 1
    done = todo.filter(is_done=True).count()
    while worked := _apply_some(roster, by=by, at=at):
        done += worked
        progress.tell(done / total, f"{done:,} of {total:,} people", rows=done)
    with transaction.atomic():
        applied = Roster.objects.filter(pk=roster.pk, state=Roster.State.APPLYING)
        if applied.update(state=Roster.State.APPLIED, applied_at=at):
            audit.record(
                "roster.applied", subject=("roster", str(roster.reference)), actor=by, at=at
            )


@transaction.atomic
def _apply_some(roster: Roster, *, by: Actor, at: datetime) -> int:
    rows = list(
        roster.rows.select_for_update()
        .filter(kind__in=(Kind.NEW, Kind.CHANGED, Kind.GONE), is_done=False)
        .order_by("pk")[:BATCH]
    )
    people = customers_locked([row.customer_id for row in rows if row.customer_id])
    told = [row.email.upper() for row in rows if row.kind != Kind.GONE]
    named = Customer.objects.annotate(key=Upper("email")).filter(key__in=told)
    taken = set(named.values_list("key", flat=True))
    fresh, changed = [], []
    for row in rows:
        row.is_done = True
        person = people.get(row.customer_id or 0)
        if row.kind == Kind.NEW and row.email.upper() in taken:
            row.kind, row.field = Kind.CONFLICT, "email"
            row.message = "Somebody with this address was added meanwhile."
        elif row.kind == Kind.NEW:
            fresh.append(
                Customer(
                    email=row.email,
                    name=row.name,
                    external_id=row.external_id,
                    audiences=row.audiences,
                    created_at=at,
                )
            )
        elif person is not None:
            _change(person, row, taken)
            changed.append(person)
    Customer.objects.bulk_create(fresh)
    Customer.objects.bulk_update(changed, ["email", "name", "external_id", "audiences"])
    RosterRow.objects.bulk_update(rows, ["is_done", "kind", "field", "message"])
    audit.record_many(
        [("customer.registered", ("customer", str(person.reference))) for person in fresh]
        + [("customer.changed", ("customer", str(person.reference))) for person in changed],
        actor=by,
        at=at,
        roster=str(roster.reference),
    )
    follow_audiences([person.pk for person in changed], by=by, at=at)
    return len(rows)


def _change(person: Customer, row: RosterRow, taken: set[str]) -> None:
    person.audiences = row.audiences
    if row.kind == Kind.GONE:
        return
    person.external_id = row.external_id
    person.name = row.name or person.name
    is_new = row.email.lower() != person.email.lower()
    if is_new and not person.user_id and row.email.upper() not in taken:
        person.email = row.email


def _read(
    roster: Roster, lines: Sequence[Line], met: set[int], losses: Counter[str]
) -> Counter[str]:
    """Compare some lines with the customers that they name, and keep what they come to."""
    by_id: dict[str, Customer] = {}
    by_email: dict[str, Customer] = {}
    good = [line for line in lines if not line.message]
    named = Customer.objects.annotate(key=Upper("email")).filter(
        Q(external_id__in=[line.external_id for line in good])
        | Q(key__in=[line.email.upper() for line in good])
    )
    for person in named:
        by_email[person.email.lower()] = person
        if person.external_id:
            by_id[person.external_id] = person
    rows = [_row(roster, line, by_id, by_email) for line in lines]
    for row in rows:
        if row.customer is not None:
            met.add(row.customer.pk)
            if row.kind == Kind.CHANGED:
                losses.update(set(row.customer.audiences) - set(row.audiences))
    RosterRow.objects.bulk_create(rows)
    return Counter(str(row.kind) for row in rows)


def _row(
    roster: Roster, line: Line, by_id: dict[str, Customer], by_email: dict[str, Customer]
) -> RosterRow:
    row = RosterRow(
        roster=roster,
        line=line.line,
        external_id=line.external_id,
        email=line.email,
        name=line.name,
        audiences=list(line.audiences),
    )
    same = by_email.get(line.email.lower())
    person = by_id.get(line.external_id)
    if line.message:
        twice = line.message.startswith("Line ")
        row.kind, row.field, row.message = (
            Kind.CONFLICT if twice else Kind.FAULT,
            line.field,
            line.message,
        )
        return row
    if person is None and same is not None and same.external_id:
        return _conflict(row, same, f"This address belongs to {same.external_id}.")
    if person is not None and same is not None and same.pk != person.pk:
        return _conflict(row, person, "This address belongs to another customer.")
    row.customer = person = person or same
    if person is None:
        row.kind = Kind.NEW
        return row
    what = _differences(person, line)
    row.kind = Kind.CHANGED if what else Kind.SAME
    row.message = "; ".join(what)
    return row


def _conflict(row: RosterRow, person: Customer, message: str) -> RosterRow:
    row.kind, row.customer, row.field, row.message = Kind.CONFLICT, person, "email", message
    return row


def _differences(person: Customer, line: Line) -> list[str]:
    found = []
    if set(person.audiences) != set(line.audiences):
        before = ", ".join(person.audiences) or "none"
        found.append(f"audiences {before} become {', '.join(line.audiences) or 'none'}")
    if person.external_id != line.external_id:
        found.append(f"id becomes {line.external_id}")
    if line.name and person.name != line.name:
        found.append(f"name becomes {line.name}")
    if person.email.lower() != line.email.lower():
        if person.user_id:
            return [*found, "the address stays: the person signs in with it"] if found else []
        found.append(f"address becomes {line.email}")
    return found


def _read_gone(
    roster: Roster, met: set[int], losses: Counter[str], progress: jobs.Progress
) -> Counter[str]:
    """Keep who has an id of the institution and an audience, and is not in a complete file."""
    gone: Counter[str] = Counter()
    there = Customer.objects.exclude(external_id="").exclude(audiences=[]).order_by("pk")
    for some in _batches(_missing(there.iterator(chunk_size=2_000), met)):
        for person in some:
            losses.update(person.audiences)
        RosterRow.objects.bulk_create(
            [
                RosterRow(
                    roster=roster,
                    line=0,
                    kind=Kind.GONE,
                    external_id=person.external_id,
                    email=person.email,
                    name=person.name,
                    customer=person,
                    message=f"is not in the file; loses {', '.join(person.audiences)}",
                )
                for person in some
            ]
        )
        gone[Kind.GONE] += len(some)
        progress.tell(0.9, "Looking for people who are gone")
    return gone


def _batches(things: Iterable[T]) -> Iterator[list[T]]:
    """Yield the things, 500 at a time."""
    rest = iter(things)
    while some := list(islice(rest, BATCH)):
        yield some


def _missing(people: Iterable[Customer], met: set[int]) -> Iterable[Customer]:
    return (person for person in people if person.pk not in met)


def _holders(codes: Sequence[str]) -> dict[str, int]:
    """Return how many people have each audience now."""
    return {code: Customer.objects.filter(audiences__contains=[code]).count() for code in codes}


def _locked(reference: uuid.UUID) -> Roster:
    roster = Roster.objects.select_for_update().filter(reference=reference).first()
    if roster is None:
        raise NotFound("There is no such roster.")
    return roster

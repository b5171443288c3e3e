"""What can be done with versions of the programme: a new one made, an event switched on."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.codes import code_key
from parkops.kernel.decisions import Conflict, NotFound, Refused
from parkops.programme import diff, load, queries
from parkops.programme.load import Loaded
from parkops.programme.models import Declaration, Version
from parkops.tenancy import operations as tenancy
from parkops.tenancy.models import Tenant


@dataclass(frozen=True, slots=True)
class Applied:
    """What applying a file came to: the version in force from then, and what it changes, in words."""

    number: int
    is_new: bool
    changes: list[str]


def preview(loaded: Loaded, *, begins_at: datetime) -> Applied:
    """Return what applying `loaded` from `begins_at` would change; nothing is written."""
    before = _before(begins_at)
    if before is not None and _digest(before.number) == load.digest(loaded.document):
        return Applied(before.number, False, [])
    last = Version.objects.order_by("-number").values_list("number", flat=True).first() or 0
    return Applied(last + 1, True, _changes(before, loaded))


@transaction.atomic
def apply_version(
    loaded: Loaded, *, begins_at: datetime | None, by: Actor, at: datetime
) -> Applied:
    """Make `loaded` a new version, in force from `begins_at` (aware; None: `at`).

    The same content as the version in force then makes no new version. The first version also holds for
    every earlier instant.

    :raises Conflict: if it would begin in the past, where answers already rest on another version.
    :raises Refused: if the currency would change.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(current_schema() || ':programme'))")
    starts = begins_at or at
    before = _before(starts)
    if before is not None:
        if _digest(before.number) == load.digest(loaded.document):
            return Applied(before.number, False, [])
        if starts < at:
            raise Conflict(
                "begins_in_past",
                "A version cannot begin in the past: what was sold and cited then keeps its rules.",
                field="from",
            )
        if before.programme.currency != loaded.programme.currency:
            raise Refused(
                "currency",
                f"The currency stays {before.programme.currency}: accounts are kept in it.",
                field="programme.currency",
            )
    last = Version.objects.order_by("-number").values_list("number", flat=True).first() or 0
    changes = _changes(before, loaded)
    Version.objects.create(
        number=last + 1,
        document=loaded.document,
        digest=load.digest(loaded.document),
        begins_at=starts if last else None,
        created_at=at,
        created_by=by.name,
    )
    audit.record(
        "programme.applied",
        subject=("programme", str(last + 1)),
        actor=by,
        at=at,
        begins_at=starts.isoformat(),
        changes=changes,
    )
    if starts <= at:
        refresh_tenant(at=at)
    return Applied(last + 1, True, changes)


def refresh_tenant(*, at: datetime) -> None:
    """Copy time zone, currency and languages of the programme in force at `at` onto the tenant."""
    facts = queries.in_force(at).programme.head
    tenant = Tenant.objects.get(schema_name=connection.schema_name)
    tenancy.describe_tenant(
        tenant,
        timezone=facts.timezone,
        currency=facts.currency,
        locale=facts.locale,
        languages=list(facts.languages),
    )


@transaction.atomic
def declare_event(
    code: str, *, begins_at: datetime, ends_at: datetime | None, by: Actor, at: datetime
) -> Declaration:
    """Switch the event `code` on for [begins_at, ends_at); without an end it is on until ended.

    :raises Refused: if the programme names no such event, or the end is not after the beginning.
    """
    known = {code_key(event): event for event in queries.in_force(begins_at).programme.events}
    if code_key(code) not in known:
        raise Refused(
            "unknown_event",
            f"The program has no event {code}. It has {', '.join(known.values()) or 'none'}.",
            field="code",
        )
    if ends_at is not None and ends_at <= begins_at:
        raise Refused("ends_before_it_begins", "The end must be after the beginning.", field="to")
    row = Declaration.objects.create(
        event_code=known[code_key(code)],
        begins_at=begins_at,
        ends_at=ends_at,
        declared_by=by.name,
        declared_at=at,
    )
    audit.record(
        "event.declared",
        subject=("event", row.event_code),
        actor=by,
        at=at,
        begins_at=begins_at.isoformat(),
        ends_at=ends_at.isoformat() if ends_at else None,
    )
    return row


@transaction.atomic
def end_event(declaration_id: int, *, by: Actor, at: datetime) -> None:
    """Switch an event off at `at`; one that has ended stays as it is.

    :raises NotFound: if nothing was declared under this id, or it was taken back before it began.
    """
    row = Declaration.objects.select_for_update().filter(pk=declaration_id).first()
    if row is None:
        raise NotFound("There is no such declaration.")
    if row.ends_at is not None and row.ends_at <= at:
        return
    if row.begins_at >= at:
        row.delete()
    else:
        row.ends_at = at
        row.save(update_fields=["ends_at"])
    audit.record("event.ended", subject=("event", row.event_code), actor=by, at=at)


def _before(at: datetime) -> queries.InForce | None:
    return queries.in_force(at) if Version.objects.exists() else None


def _digest(number: int) -> str:
    return Version.objects.values_list("digest", flat=True).get(number=number)


def _changes(before: queries.InForce | None, loaded: Loaded) -> list[str]:
    if before is None:
        return ["The first version of the program."]
    return diff.describe_changes(before.programme, loaded.programme)

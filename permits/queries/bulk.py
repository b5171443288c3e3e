"""Runs over many permits as the office's pages show them, and the deposits held."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from parkops.kernel.codes import code_key
from parkops.kernel.decisions import NotFound
from parkops.kernel.money import Money
from parkops.programme import queries as programme
from payments import queries as payments
from permits.models import BulkRow, BulkRun, Permit
from permits.models.permits import status_q
from permits.rules.status import Status

NAMES = {
    "cancel": "Cancel and refund",
    "revoke": "Revoke",
    "suspend": "Suspend",
    "extend": "Move the end to a later day",
    "message": "Write to the holders",
    "renew": "Renew",
}
"""What each act is called."""
TONES = {"ready": "info", "refused": "warn", "done": "good", "failed": "bad", "new": ""}


@dataclass(frozen=True, slots=True)
class RunPage:
    """A run with what its rows came to."""

    run: BulkRun
    name: str
    counts: dict[str, int]
    amount: Money
    done: int

    @property
    def is_moving(self) -> bool:
        """Whether a job is at it."""
        return self.run.state in (BulkRun.State.CHECKING, BulkRun.State.RUNNING)


def run_page(reference: UUID) -> RunPage:
    """Return a run as its page shows it.

    :raises NotFound: if this tenant has none.
    """
    run = BulkRun.objects.select_related("job").filter(reference=reference).first()
    if run is None:
        raise NotFound("There is no such run.")
    told = run.rows.aggregate(
        amount=Sum("amount_minor", filter=Q(state__in=["ready", "done"])),
        **{state: Count("pk", filter=Q(state=state)) for state in BulkRow.State.values},
    )
    amount = told.pop("amount") or 0
    currency = programme.in_force(run.asked_at).programme.currency
    waiting = told["new"] if run.state == BulkRun.State.CHECKING else told["ready"]
    return RunPage(
        run, NAMES.get(run.act, run.act), told, Money(amount, currency), run.rows_total - waiting
    )


def rows_of_run(run: BulkRun, *, state: str = "") -> QuerySet[BulkRow]:
    """Return the rows of a run with their permits, in the order of asking; of one state if given."""
    rows = run.rows.select_related("permit__customer").order_by("pk")
    return rows.filter(state=state) if state in BulkRow.State.values else rows


def recent_runs(*, limit: int = 50) -> list[tuple[BulkRun, str]]:
    """Return the newest runs with the names of their acts."""
    return [(run, NAMES.get(run.act, run.act)) for run in BulkRun.objects.order_by("-pk")[:limit]]


def renewable(*, type_code: str, begins: datetime, ends: datetime, at: datetime) -> list[int]:
    """Return the permits of a type in force at `at` that end in (begins, ends], by their ids."""
    rows = Permit.objects.filter(
        status_q(Status.ACTIVE, at),
        type_key=code_key(type_code),
        ends_at__gt=begins,
        ends_at__lte=ends,
    )
    return list(rows.order_by("ends_at", "pk").values_list("pk", flat=True))


@dataclass(frozen=True, slots=True)
class DepositRow:
    """A deposit that is held, and for which permit."""

    permit: Permit
    amount: Money
    is_over: bool


def deposits_held() -> QuerySet[Permit]:
    """Return the permits for which a deposit is held, those that are over first."""
    held = payments.charges_matching().filter(kind="deposit", paid_minor__gt=0)
    return (
        Permit.objects.filter(deposit_minor__gt=0, number__in=held.values("reference"))
        .select_related("customer")
        .order_by("ended_at", "pk")
    )


def deposit_rows(permits: Sequence[Permit]) -> list[DepositRow]:
    """Return a page of permits with the deposits held for them, by one more query."""
    held = payments.charges_of("deposit", [permit.number for permit in permits])
    return [
        DepositRow(permit, held[permit.number].paid, permit.ended_at is not None)
        for permit in permits
    ]

"""The monthly run: everybody's invoice for what is on their account, made by a job, once."""

import logging
from dataclasses import dataclass
from datetime import date, datetime

from parkops.jobs import operations as jobs
from parkops.jobs.models import Job
from parkops.jobs.operations import Progress
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Refused
from parkops.kernel.money import Money
from payments import place, queries
from payments.models import AccountPayer, Invoice
from payments.operations.invoices import invoice_month, next_month

logger = logging.getLogger(__name__)

JOB = "payments.invoice_run"


@dataclass(frozen=True, slots=True)
class Planned:
    """What a run would make for a payer: of how many charges, for how much; `done` if it has."""

    payer: AccountPayer
    charges: int
    amount: Money
    done: str


def plan(month: date, *, at: datetime) -> list[Planned]:
    """Return what the run of a month would make now, and what it has made: the dry run."""
    waiting = queries.waiting_by_payer(before=place.day_start(next_month(month)))
    made = dict(
        Invoice.objects.filter(run=f"{month:%Y-%m}", voided_at__isnull=True).values_list(
            "payer_id", "number"
        )
    )
    rows = queries.payers().filter(is_monthly=True).order_by("name", "pk")
    return [
        Planned(row, count, place.money(minor), made.get(row.pk, ""))
        for row in rows
        for count, minor in [waiting.get(row.pk, (0, 0))]
        if count or row.pk in made
    ]


def ask_run(month: date, *, by: Actor, at: datetime) -> Job:
    """Queue the run of a month. Asking twice makes nothing twice: a payer has one invoice a run.

    :raises Refused: `month` for one that has not ended.
    """
    if next_month(month) > place.local_date(at):
        raise Refused("month", "Choose a month that is over.", field="month")
    return jobs.ask(JOB, {"month": f"{month:%Y-%m}"}, by=by, at=at)


def work(job: Job, progress: Progress) -> None:
    """Invoice the payers of a run, one transaction each; a worker that is killed leaves whole invoices
    behind, and the next goes on with the rest."""
    month = date.fromisoformat(f"{job.arguments['month']}-01")
    by = Actor("staff", job.asked_by_ref, job.asked_by_name)
    rows = [row for row in plan(month, at=job.created_at) if not row.done]
    for place_, row in enumerate(rows):
        progress.tell(place_ / len(rows), f"Invoice {place_ + 1} of {len(rows)}", rows=place_)
        try:
            invoice_month(month, row.payer.public_id, by=by, at=job.created_at)
        except Refused as refusal:
            logger.warning("No invoice for %s: %s", row.payer, refusal)
    progress.tell(1, f"{len(rows)} invoices", rows=len(rows))

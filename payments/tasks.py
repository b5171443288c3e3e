"""What payments do outside a request; each is safe to run twice."""

from datetime import timedelta

from django.utils import timezone

from parkops.jobs.models import Job
from parkops.jobs.operations import Progress
from parkops.kernel.actors import SYSTEM
from parkops.tenancy.later import NotYet, tenant_task
from payments import operations
from payments.gateways.base import GatewayUnavailable
from payments.operations import invoice_runs, plans

TRY_AGAIN_SECONDS = 30


@tenant_task
def apply_event(*, event: int, **_later: object) -> None:
    """Act on one notice of the card provider."""
    try:
        operations.apply_event(event, at=timezone.now())
    except GatewayUnavailable as trouble:
        raise NotYet(TRY_AGAIN_SECONDS) from trouble


@tenant_task
def apply_events(**_later: object) -> None:
    """Act on the notices that were left."""
    operations.apply_events(at=timezone.now())


@tenant_task
def send_refund(*, refund: int, **_later: object) -> None:
    """Send one refund to the card provider."""
    try:
        operations.send_refund(refund, at=timezone.now())
    except GatewayUnavailable as trouble:
        raise NotYet(TRY_AGAIN_SECONDS) from trouble


@tenant_task
def forget_card(*, card: int, **_later: object) -> None:
    """Tell the card provider to forget a card."""
    try:
        operations.tell_forgotten(card)
    except GatewayUnavailable as trouble:
        raise NotYet(TRY_AGAIN_SECONDS) from trouble


@tenant_task
def close_checkout(*, payment: int, **_later: object) -> None:
    """Close a card page that another has taken the place of."""
    try:
        operations.cancel_checkout(payment, at=timezone.now())
    except GatewayUnavailable as trouble:
        raise NotYet(TRY_AGAIN_SECONDS) from trouble


@tenant_task
def settle_open_checkouts(**_later: object) -> None:
    """Settle card payments and refunds that nobody has told us of."""
    operations.settle_open_checkouts(at=timezone.now())
    operations.settle_open_refunds(at=timezone.now())


@tenant_task
def reconcile(**_later: object) -> None:
    """Compare the last days with the provider and the bank."""
    now = timezone.now()
    operations.reconcile(since=now - timedelta(days=3), at=now)


@tenant_task
def reconcile_month(**_later: object) -> None:
    """Compare the last five weeks with the provider and the bank."""
    now = timezone.now()
    operations.reconcile(since=now - timedelta(days=35), at=now)


@tenant_task
def bring_charges_up_to_date(**_later: object) -> None:
    """Post late fees and ended discounts of what is owed."""
    operations.bring_charges_up_to_date(at=timezone.now())


@tenant_task
def keep_balances(**_later: object) -> None:
    """Keep the ledger's balances of past days, so that a trial balance adds up little."""
    operations.keep_balances(at=timezone.now())


@tenant_task
def prove_books(**_later: object) -> None:
    """Make every balance and every charge again, and keep what differs."""
    operations.prove_books(by=SYSTEM, at=timezone.now())


@tenant_task
def follow_plans(*, charge: int | None = None, **_later: object) -> None:
    """Follow the payment plans: all that time changes, or those that a charge is in."""
    now = timezone.now()
    if charge is None:
        plans.follow_plans(at=now)
        plans.forget_documents(before=now - plans.DOCUMENTS_KEPT, at=now)
    else:
        plans.follow_plans_of(charge, at=now)


@tenant_task
def post_accruals(**_later: object) -> None:
    """Post what is prepaid at the end of the months that are over."""
    operations.post_accruals(at=timezone.now())


@tenant_task
def remind_payers(**_later: object) -> None:
    """Write to the payers of invoices that are overdue, as the program says."""
    operations.send_reminders(at=timezone.now())


def do_invoice_run(job: Job, progress: Progress) -> None:
    """Invoice a month's charges, payer by payer; one that is done already is left."""
    invoice_runs.work(job, progress)

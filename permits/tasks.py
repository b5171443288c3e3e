"""Scheduled work of permits; each is safe to run twice."""

from django.utils import timezone

from parkops.jobs.models import Job
from parkops.jobs.operations import Progress
from parkops.programme.models import Version
from parkops.tenancy.later import later, tenant_task
from permits import operations
from permits.operations import bulk, drop, roster


@tenant_task
def expire_holds(**_later: object) -> None:
    """Give up carts, offers and unpaid stays whose time is over, and offer free places to those in line."""
    now = timezone.now()
    operations.expire_holds(at=now)
    operations.expire_offers(at=now)
    operations.expire_orders(at=now)
    operations.move_rooms(at=now)
    if Version.objects.exists():
        operations.run_lotteries(at=now)


@tenant_task
def settle_lottery(*, draw: int, **_later: object) -> None:
    """Put the people of a lottery in line in drawn order and tell them, some hundred at a time."""
    if not operations.settle_lottery(draw, at=timezone.now()):
        later("permits.settle_lottery", draw=draw)


@tenant_task
def expire_permits(**_later: object) -> None:
    """Note the permits whose term is over, free their places, and offer them to those in line."""
    now = timezone.now()
    operations.end_suspensions(at=now)
    operations.end_unproven(at=now)
    operations.expire_permits(at=now)
    if Version.objects.exists():
        operations.offer_everywhere(at=now)


@tenant_task
def end_temporary_vehicles(**_later: object) -> None:
    """Tell holders whose temporary vehicle's time is over."""
    operations.tell_ended_vehicles(at=timezone.now())


@tenant_task
def close_short_carpools(**_later: object) -> None:
    """End the carpools that have had too few members for too long."""
    operations.close_short_carpools(at=timezone.now())


@tenant_task
def check_quotas(**_later: object) -> None:
    """Compare the counters of all quotas with what they count, and mend them."""
    operations.check_quotas()


@tenant_task
def forget_documents(**_later: object) -> None:
    """Delete the documents whose time is over."""
    operations.forget_documents(at=timezone.now())


@tenant_task
def forget_old(**_later: object) -> None:
    """Forget texts, phone numbers and who was in draws, when the program says, and what copies of the
    rights ask for no more."""
    operations.forget_changes(at=timezone.now())
    if Version.objects.exists():
        operations.forget_old(at=timezone.now())


@tenant_task
def remind_of_stays(**_later: object) -> None:
    """Write to those whose paid stay ends within minutes, once for each end."""
    operations.remind_of_stays(at=timezone.now())


@tenant_task
def remind(**_later: object) -> None:
    """Write to holders whose permits end soon, each once for each day before the end, and to those
    in lines that will be closed; close them on their day. Renew what renews by itself."""
    now = timezone.now()
    operations.remind(at=now)
    if Version.objects.exists():
        operations.purge_waitlists(at=now)
        operations.renew_automatically(at=now)


@tenant_task
def charge_renewal(*, consent: int, **_later: object) -> None:
    """Charge the saved card for a permit that renews by itself."""
    operations.charge_renewal(consent, at=timezone.now())


def do_bulk(job: Job, progress: Progress) -> None:
    """Do the job of a run over many permits."""
    bulk.work_bulk(job, progress, clock=timezone.now)


def do_read_roster(job: Job, progress: Progress) -> None:
    """Do the job of reading a roster."""
    roster.read_roster(job, progress, at=timezone.now())


def do_apply_roster(job: Job, progress: Progress) -> None:
    """Do the job of applying a roster."""
    roster.carry_out_roster(job, progress, at=timezone.now())


@tenant_task
def take_dropped_rosters(**_later: object) -> None:
    """Take the files that the institution put into its folder, and write what became of earlier ones."""
    drop.take_dropped_rosters(at=timezone.now())


@tenant_task
def follow_eligibility(**_later: object) -> None:
    """Tell holders whose permit will end because they are no longer eligible, and end what is due."""
    operations.carry_out_losses(at=timezone.now())

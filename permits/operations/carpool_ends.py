"""The end of carpools that have had too few members for too long."""

from datetime import datetime

from django.db import transaction

from parkops.kernel.actors import SYSTEM
from parkops.kernel.texts import say
from parkops.programme import queries as programme
from permits.models import Carpool, Permit
from permits.operations import carpools
from permits.operations.ending import cancel_permit
from permits.queries.permits import type_of
from permits.rules import carpools as rules

BATCH = 500


def close_short_carpools(*, at: datetime) -> int:
    """End the permits of carpools that had too few members for as long as they may; returns how
    many. What comes back follows the type's rule, as for a permit that its holder cancels."""
    short = Carpool.objects.filter(fell_short_at__lte=at, permit__ended_at__isnull=True)
    rows = short.order_by("fell_short_at", "pk").values_list("permit__number", flat=True)
    return sum(_close(number, at=at) for number in rows[:BATCH])


@transaction.atomic
def _close(number: str, *, at: datetime) -> bool:
    permit = Permit.objects.select_for_update(of=("self",)).get(number=number)
    pool = Carpool.objects.get(permit=permit)
    rule = type_of(permit).carpool
    if rule is None or pool.fell_short_at is None or permit.status_at(at) not in rules.STANDING:
        return False
    zone = programme.version(permit.programme_version).programme.tz
    until = rules.deadline(
        rule, fell_short_at=pool.fell_short_at, starts_at=permit.starts_at, zone=zone
    )
    if at < until:
        return False
    reason = say(
        "The carpool has had fewer than {least} people for {span}.",
        least=rule.least,
        span=rule.mend,
    )
    carpools.disband(permit, too_few=True, at=at)
    cancel_permit(number, reason=str(reason), by=SYSTEM, at=at)
    return True

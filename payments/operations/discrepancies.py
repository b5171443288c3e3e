"""How differences with the provider and the bank are kept: each once, open again when it changes."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from payments.models import Comparison, Discrepancy
from payments.operations import tallying
from payments.rules.reconciling import Found

YOUNG = timedelta(minutes=10)
"""What happened so lately is not told yet: its news may be on the way."""
GONE = "Both say the same now."
_AT_ONCE = ("account_disconnected", "balance")
_OF_THE_BANK = ("not_at_bank", "bank_line")
_WITHOUT_TIME = (*_AT_ONCE, *_OF_THE_BANK)


def disconnected(account: str, *, at: datetime) -> Found:
    """Return that the provider no longer lets us act for the account."""
    return Found(
        "account_disconnected",
        f"account:{account}",
        f"The card provider no longer lets us act for the account {account}: no card can be taken or "
        "refunded. Connect it again.",
        None,
        None,
        0,
        at,
    )


@transaction.atomic
def keep(told: Comparison, found: Sequence[Found], *, since: datetime, at: datetime) -> None:
    """Keep what a comparing found and that it took place; what differs no more is resolved."""
    _alone()
    ripe = [one for one in found if one.at <= at - YOUNG or one.kind in _AT_ONCE]
    for one in ripe:
        _note(one, at=at)
    told.found = len(ripe)
    told.save()
    standing = Discrepancy.objects.exclude(state=Discrepancy.State.RESOLVED)
    standing = standing.exclude(subject__in=[one.subject for one in found])
    if told.failure:
        # The provider has not told: only the bank's can be known to be gone.
        standing = standing.filter(kind__in=_OF_THE_BANK)
    else:
        standing = standing.filter(Q(happened_at__gte=since) | Q(kind__in=_WITHOUT_TIME))
    _resolve(standing, at=at)


@transaction.atomic
def keep_of_bank(found: Sequence[Found], *, at: datetime) -> None:
    """Keep what differs with the bank; what of it differs no more is resolved."""
    _alone()
    for one in found:
        _note(one, at=at)
    standing = Discrepancy.objects.exclude(state=Discrepancy.State.RESOLVED)
    standing = standing.filter(kind__in=_OF_THE_BANK)
    _resolve(standing.exclude(subject__in=[one.subject for one in found]), at=at)


def _resolve(rows: QuerySet[Discrepancy], *, at: datetime) -> None:
    locked = rows.select_for_update().order_by("pk").values_list("pk", flat=True)
    gone = Discrepancy.objects.filter(pk__in=list(locked))
    gone = gone.exclude(state=Discrepancy.State.RESOLVED)
    with tallying.tallied_differences(gone):
        gone.update(state=Discrepancy.State.RESOLVED, resolved_at=at, reason=GONE, decided_by="")


def _note(found: Found, *, at: datetime) -> None:
    """Keep a difference; one that was resolved, or accepted with other amounts, is open again."""
    one = Discrepancy.objects.select_for_update().filter(subject=found.subject).first()
    if one is None:
        one = Discrepancy(subject=found.subject, found_at=at, happened_at=found.at)
        tallying.count_difference(one)
    was = (one.ours_minor, one.theirs_minor)
    is_same = one.pk is not None and was == (found.ours, found.theirs)
    if one.state == Discrepancy.State.RESOLVED or not is_same:
        if one.state == Discrepancy.State.RESOLVED:
            one.found_at = at
        with tallying.tallied_difference(one):
            one.state, one.resolved_at = Discrepancy.State.OPEN, None
        one.reason = one.decided_by = ""
    one.kind, one.text, one.act = found.kind, found.text[:400], found.act
    one.ours_minor, one.theirs_minor = found.ours, found.theirs
    one.effect_minor, one.about = found.effect, dict(found.about)
    one.save()


def _alone() -> None:
    """Let nobody else keep differences of this tenant until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"{connection.schema_name}:reconcile"],
        )

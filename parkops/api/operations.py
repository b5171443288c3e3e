"""What is written of idempotency keys: claimed, answered, given up, forgotten."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import OperationalError, connection, transaction
from django.db.models import Q

from parkops.api.models import IdempotencyKey
from parkops.api.problems import Problem

LEASE = timedelta(seconds=90)
KEEP = timedelta(days=7)
WAIT_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to act under a key; `answer` is what was answered before, if it was."""

    row_id: int
    answer: IdempotencyKey | None = None


def claim_key(
    *, token_id: int, route: str, key: str, digest: str, leased: bool, at: datetime
) -> Claim:
    """Claim a key for a request, or find the answer it had.

    Inside the transaction of the act the row is the lock: a double waits for the first to end. With
    `leased` the claim is committed at once and holds for 90 s, so that the act may commit in steps.

    :raises Problem: 422 `idempotency_mismatch`, 409 `idempotency_in_progress`.
    """
    try:
        row, is_new = _get_or_add(token_id, route, key, digest, at + LEASE if leased else None, at)
    except OperationalError as error:
        raise _in_progress() from error
    if row.digest != digest:
        raise Problem(
            422,
            "idempotency_mismatch",
            "This Idempotency-Key came with another body before. Use a new key for a new request.",
        )
    if row.status is not None:
        return Claim(row.pk, row)
    if not is_new and not _take_over(row, at, leased):
        raise _in_progress()
    return Claim(row.pk)


def keep_answer(row_id: int, *, status: int, content_type: str, body: str) -> None:
    """Keep what was answered under a key, to be repeated."""
    IdempotencyKey.objects.filter(pk=row_id).update(
        status=status, content_type=content_type, body=body, claimed_until=None
    )


def give_up_key(row_id: int) -> None:
    """Free a key whose request came to nothing, so that it may be sent again."""
    IdempotencyKey.objects.filter(pk=row_id, status__isnull=True).delete()


def forget_old_keys(*, at: datetime) -> int:
    """Remove keys older than a week; return how many."""
    return IdempotencyKey.objects.filter(created_at__lt=at - KEEP).delete()[0]


def _get_or_add(
    token_id: int, route: str, key: str, digest: str, until: datetime | None, at: datetime
) -> tuple[IdempotencyKey, bool]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{WAIT_SECONDS}s"])
        found = IdempotencyKey.objects.get_or_create(
            token_id=token_id,
            route=route,
            key=key,
            defaults={"digest": digest, "claimed_until": until, "created_at": at},
        )
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = DEFAULT")
    return found


def _take_over(row: IdempotencyKey, at: datetime, leased: bool) -> bool:
    """Take a claim whose holder is gone; False while it may still be at work."""
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=at)
    taken = IdempotencyKey.objects.filter(free, pk=row.pk, status__isnull=True).update(
        claimed_until=at + LEASE if leased else None
    )
    return taken == 1


def _in_progress() -> Problem:
    return Problem(
        409,
        "idempotency_in_progress",
        "The first request with this Idempotency-Key is still at work.",
        headers={"Retry-After": "1"},
    )

"""How a month of the books is closed, and opened again by two people."""

from datetime import datetime
from typing import Any

from django.db import transaction

from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict, Refused
from payments.models import LedgerMonth
from payments.operations import accruals, balances
from payments.queries import closing
from payments.queries import months as queries
from payments.rules import months as rules
from payments.rules.months import Month


def close_month(month: Month, *, by: Actor, at: datetime) -> LedgerMonth:
    """Close a month, and what came before the first one that is closed with it: from then on nothing is
    posted in it. Closing it twice, or two people at once, is once.

    First it posts what is prepaid at its end, in transactions of its own.

    :raises Conflict: "month_order", "month_runs"; "month_unready" with what has to be done first.
    """
    closed = queries.last_closed_month()
    if rules.may_close(month, closed=closed, at=at) and accruals.is_due(month):
        accruals.accrue(month)
    return _close(month, by=by, at=at)


@transaction.atomic
def _close(month: Month, *, by: Actor, at: datetime) -> LedgerMonth:
    balances.alone()
    row = LedgerMonth.objects.filter(first_on=month.first, closed_at__isnull=False).first()
    if row is not None:
        return row
    decision = rules.may_close(month, closed=queries.last_closed_month(), at=at)
    if not decision:
        raise Conflict(decision.code, decision.reason)
    if accruals.is_due(month) and accruals.is_behind(month):
        raise Conflict("month_unready", f"{month} was posted to just now. Close it once more.")
    found = closing.findings(month)
    stops = [one.text for one in found if one.stops]
    if stops:
        raise Conflict("month_unready", f"{month} cannot be closed yet. {' '.join(stops)}")
    balances.keep(month.ends_at)
    notes = [one.text for one in found]
    row, _ = LedgerMonth.objects.update_or_create(
        first_on=month.first,
        defaults={
            "begins_at": month.begins_at,
            "ends_at": month.ends_at,
            "closed_at": at,
            "closed_by_name": by.name,
            "notes": notes,
        },
    )
    _record("closed", month, by=by, at=at, notes=notes)
    return row


@transaction.atomic
def ask_reopening(month: Month, *, reason: str, by: Actor, at: datetime) -> LedgerMonth:
    """Ask that the last closed month be opened again; somebody else lets it happen.

    :raises Refused: "reason" without one.
    :raises Conflict: "month_open", "month_order", or "reopening_asked".
    """
    row = _locked(month)
    decision = rules.may_ask_reopening(
        month,
        closed=queries.last_closed_month(),
        is_asked=row is not None and row.reopen_asked_at is not None,
        reason=reason,
    )
    if decision.code == "reason":
        raise Refused(decision.code, decision.reason, field="reason")
    if not decision or row is None:
        raise Conflict(decision.code, decision.reason)
    row.reopen_asked_at, row.reopen_reason = at, reason.strip()[:300]
    row.reopen_asked_name, row.reopen_asked_ref = by.name, _ref(by)
    row.save(update_fields=_REOPENING)
    _record("reopening_asked", month, by=by, at=at, reason=row.reopen_reason)
    return row


@transaction.atomic
def decide_reopening(month: Month, *, accept: bool, by: Actor, at: datetime) -> LedgerMonth:
    """Open a month again that somebody else asked for, or leave it closed.

    :raises Conflict: "reopening_decided", or "own_reopening" for who asked for it.
    """
    row = _locked(month)
    decision = rules.may_decide_reopening(
        month,
        is_asked=row is not None and row.reopen_asked_at is not None,
        is_own=row is not None and row.reopen_asked_ref == _ref(by),
    )
    if not decision or row is None:
        raise Conflict(decision.code, decision.reason)
    reason, asked = row.reopen_reason, row.reopen_asked_name
    row.reopen_asked_at = None
    row.reopen_reason = row.reopen_asked_name = row.reopen_asked_ref = ""
    if accept:
        row.closed_at = None
    row.save(update_fields=[*_REOPENING, "closed_at"])
    word = "reopened" if accept else "reopening_rejected"
    _record(word, month, by=by, at=at, reason=reason, asked_by=asked)
    return row


_REOPENING = ["reopen_asked_at", "reopen_reason", "reopen_asked_name", "reopen_asked_ref"]


def _locked(month: Month) -> LedgerMonth | None:
    rows = LedgerMonth.objects.select_for_update()
    return rows.filter(first_on=month.first, closed_at__isnull=False).first()


def _ref(by: Actor) -> str:
    return f"{by.kind}:{by.ref}"


def _record(word: str, month: Month, *, by: Actor, at: datetime, **facts: Any) -> None:
    subject = ("ledger_month", queries.key_of(month))
    audit.record(f"ledger.month_{word}", subject=subject, actor=by, at=at, **facts)

"""The API's calls about how the books are kept: months, codes of the institution's own ledger, exports."""

from datetime import date

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema

from parkops.api.auth import needs
from parkops.api.paging import Paging, page_of
from parkops.api.values import Instant, MoneyOut, money_out
from parkops.kernel.permissions import Scope
from payments import place
from payments.models import GlCode, LedgerExport
from payments.queries import gl, journal, months

router = Router(tags=["Ledger"])

READ = needs(Scope.PAYMENTS_READ)


class MonthOut(Schema):
    """A month of the books."""

    month: str
    closed: bool
    closed_at: Instant | None
    closed_by: str | None
    next_to_close: bool
    over: bool


class CodeOut(Schema):
    """A row of the mapping to the institution's own ledger; an empty code ends what held before."""

    account: str
    zone: str
    item: str
    audience: str
    begins_on: date
    code: str
    cost_center: str


class ExportOut(Schema):
    """A batch of the journal that was handed over."""

    number: str
    first_on: date
    last_on: date
    made_at: Instant
    made_by: str
    transactions: int


class ExportsOut(Schema):
    """A page of batches."""

    items: list[ExportOut]
    next: str | None


class LineOut(Schema):
    """What moved on an account under a code on a day."""

    on: date
    account: str
    name: str
    code: str
    cost_center: str
    debit: MoneyOut
    credit: MoneyOut


class BatchOut(ExportOut):
    """A batch with its lines, as they were handed over."""

    lines: list[LineOut]


@router.get("/ledger/months", auth=READ, response=list[MonthOut])
def ledger_months(request: HttpRequest):
    """List the months of the books, the newest first, with what is closed."""
    return [
        {
            "month": one.key,
            "closed": one.is_closed,
            "closed_at": one.row.closed_at if one.row else None,
            "closed_by": one.row.closed_by_name if one.row else None,
            "next_to_close": one.is_next,
            "over": one.is_over,
        }
        for one in months.months_shown(timezone.now())
    ]


@router.get("/ledger/codes", auth=READ, response=list[CodeOut])
def ledger_codes(request: HttpRequest):
    """List which code each account has, by zone, type and audience, from which day on."""
    return [_code_out(one) for one in gl.written()]


@router.get("/ledger/exports", auth=READ, response=ExportsOut)
def ledger_exports(request: HttpRequest, paging: Query[Paging]):
    """List the batches of the journal, the newest first."""
    return page_of(journal.exports(), paging, order=("-id",), out=_export_out)


@router.get("/ledger/exports/{number}", auth=READ, response=BatchOut)
def ledger_export(request: HttpRequest, number: str):
    """Tell what a batch holds, the same however often it is asked for."""
    found = journal.export(number)
    lines = [
        {
            "on": one.on,
            "account": one.account,
            "name": one.name,
            "code": one.booked,
            "cost_center": one.cost_center,
            "debit": money_out(place.money(one.debit)),
            "credit": money_out(place.money(one.credit)),
        }
        for one in journal.batch_of(found).lines
    ]
    return {**_export_out(found), "lines": lines}


def _export_out(one: LedgerExport) -> dict:
    return {
        "number": one.number,
        "first_on": one.first_on,
        "last_on": one.last_on,
        "made_at": one.made_at,
        "made_by": one.made_name,
        "transactions": one.transactions,
    }


def _code_out(one: GlCode) -> dict:
    return {
        "account": one.account_id,
        "zone": one.zone_code,
        "item": one.item_code,
        "audience": one.audience,
        "begins_on": one.begins_on,
        "code": one.code,
        "cost_center": one.cost_center,
    }

"""What is sold, at what price, and the sale."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Status

from parkops.api.auth import any_token, needs
from parkops.api.idempotency import idempotent
from parkops.api.problems import statuses
from parkops.api.values import instant_out
from parkops.kernel.permissions import Scope
from permits import operations
from permits.api.mounted import router
from permits.api.shapes import (
    WishIn,
    as_of_in,
    customer_in,
    lines_out,
    money,
    permits_out,
    plates_in,
)
from permits.models import Permit
from permits.queries import permits as permit_rows
from permits.queries import sale
from permits.queries.sale import Offer, Shelf

SALE_STATUSES = {"not_eligible": 403, "debt": 403, "sold_out": 409}
ALL_KINDS = ("listed", "link", "staff")


@router.get("/permit-types", auth=any_token)
def permit_types(request: HttpRequest, audience: str = "") -> dict[str, Any]:
    """List the permit types with their price now, how many are left and how many wait.

    With `audience`, those that it may buy, with its sale dates.
    """
    now = timezone.now()
    shelf = sale.shelf(audiences=[audience] if audience else None, visible=ALL_KINDS, at=now)
    return {
        "items": [_shelf(row) for row in shelf if not audience or row.kind.is_for([audience])],
        "next": None,
    }


@router.post("/quotes", auth=needs(Scope.PERMITS_WRITE), response={200: dict[str, Any]})
def quote(request: HttpRequest, body: WishIn) -> dict[str, Any]:
    """Work out a price, or say why it is not sold: nothing is kept."""
    offer = sale.offer_for(
        type_code=body.permit_type,
        customer=customer_in(body.customer),
        plates=plates_in(body.vehicles),
        start=body.start,
        end=body.end,
        address=body.address,
        coupon=body.coupon,
        at=body.at or timezone.now(),
    )
    return _quote(offer)


@router.post("/permits", auth=needs(Scope.PERMITS_WRITE), response={201: dict[str, Any]})
@idempotent
def buy(request: HttpRequest, body: WishIn) -> Any:
    """Hold a place and raise its charge; what is free is active at once."""
    now = timezone.now()
    as_of = as_of_in(request, body.at, now=now)
    wish = operations.Wish(
        type_code=body.permit_type,
        plates=plates_in(body.vehicles),
        start=body.start,
        end=body.end,
        as_of=as_of,
        address=body.address,
        coupon=body.coupon,
    )
    with statuses(SALE_STATUSES):
        permit = operations.hold_permit(
            wish,
            customer_id=customer_in(body.customer).pk,
            channel=Permit.Channel.API,
            by=request.auth.actor,
            at=now,
        )
    rows = permit_rows.rows_of([permit], at=as_of or now)
    return Status(201, permits_out(rows)[0])


def _quote(offer: Offer) -> dict[str, Any]:
    quoted = offer.quote
    out = {
        "permit_type": offer.kind.code,
        "total": money(quoted.total),
        "net": money(quoted.net),
        "tax": money(quoted.tax),
        "lines": lines_out(quoted.lines),
        "because": list(quoted.because),
        "start": instant_out(quoted.period.start),
        "end": instant_out(quoted.period.end),
        "programme_version": offer.in_force.number,
    }
    if quoted.deposit is not None:
        out["deposit"] = money(quoted.deposit)
    return out


def _shelf(row: Shelf) -> dict[str, Any]:
    kind = row.kind
    return {
        "code": kind.code,
        "name": kind.name,
        "audience": list(kind.audience),
        "visibility": kind.visibility,
        "term": kind.term.kind,
        "zones": list(dict.fromkeys(zone for grant in kind.grants for zone in grant.zones)),
        "price": money(row.price) if row.price is not None else None,
        "start": instant_out(row.starts_at),
        "end": instant_out(row.ends_at),
        "left": row.left,
        "waitlist": row.waiting if kind.waitlist is not None else None,
        "vehicles_max": kind.vehicles.max,
        "approval": kind.approval,
        "may_buy": bool(row.decision),
        "refused": row.decision.code or None,
        "reason": row.decision.reason or None,
    }

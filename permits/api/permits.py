"""Permits that were sold: found, changed, ended."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Status

from parkops.api.auth import needs
from parkops.api.idempotency import idempotent
from parkops.api.paging import Paging, page_of
from parkops.api.problems import Problem, statuses
from parkops.api.values import Instant, instant_out
from parkops.kernel.permissions import Scope
from permits import operations
from permits.api.mounted import router
from permits.api.shapes import (
    CancellationIn,
    ReasonIn,
    RenewalIn,
    RevocationIn,
    SwitchIn,
    TransferIn,
    VehiclesIn,
    customer_in,
    lines_out,
    money,
    permits_out,
    plates_in,
)
from permits.api.shop import SALE_STATUSES
from permits.models import Permit
from permits.queries import listing, switching
from permits.queries import permits as permit_rows
from permits.rules.status import Status as PermitStatus

READ = needs(Scope.PERMITS_READ)
WRITE = needs(Scope.PERMITS_WRITE)


@router.get("/permits", auth=READ)
def permits(
    request: HttpRequest,
    paging: Query[Paging],
    plate: str = "",
    customer: str = "",
    status: str = "",
    zone: str = "",
) -> dict[str, Any]:
    """List permits, newest first, by plate, customer, status now, and zone granted."""
    now = timezone.now()
    found = listing.matching(
        listing.Filters(
            plate=plate,
            customer_id=customer_in(customer).pk if customer else None,
            status=_status(status),
            zone=zone,
        ),
        at=now,
    )
    page = page_of(found, paging, order=("-id",), out=lambda permit: permit)
    rows = permit_rows.rows_of(page["items"], at=now)
    return {"items": permits_out(rows), "next": page["next"]}


@router.get("/permits/{number}", auth=READ)
def permit(request: HttpRequest, number: str, at: Instant | None = None) -> dict[str, Any]:
    """Give one permit with its status at an instant, now if left out."""
    return _one(permit_rows.permit(number), at=at or timezone.now())


@router.put("/permits/{number}/vehicles", auth=WRITE)
def vehicles(request: HttpRequest, number: str, body: VehiclesIn) -> dict[str, Any]:
    """List exactly these plates on a permit, from now on."""
    now = timezone.now()
    changed = operations.change_vehicles(
        number, wanted=plates_in(body.vehicles), by=request.auth.actor, at=now
    )
    return _one(changed, at=now)


@router.post("/permits/{number}/cancellation", auth=WRITE, response={200: dict[str, Any]})
@idempotent
def cancel(request: HttpRequest, number: str, body: CancellationIn) -> dict[str, Any]:
    """End a permit and give back what its type's rule says."""
    now = timezone.now()
    done = operations.cancel_permit(
        number,
        reason=body.reason,
        as_of=body.at,
        with_seconds=body.with_seconds,
        by=request.auth.actor,
        at=now,
    )
    return {
        "number": done.permit.number,
        "status": str(done.permit.status_at(max(body.at or now, now))),
        "refund": money(done.refund.back),
        "lines": lines_out(done.refund.lines),
        "because": list(done.refund.because),
    }


@router.post("/permits/{number}/renewal", auth=WRITE, response={201: dict[str, Any]})
@idempotent
def renew(request: HttpRequest, number: str, body: RenewalIn) -> Any:
    """Hold the permit that follows on this one."""
    now = timezone.now()
    with statuses(SALE_STATUSES):
        fresh = operations.renew_permit(
            number,
            wanted=None if body.vehicles is None else plates_in(body.vehicles),
            channel=Permit.Channel.API,
            by=request.auth.actor,
            at=now,
        )
    return Status(201, _one(fresh, at=now))


@router.post("/permits/{number}/switch/quote", auth=WRITE, response={200: dict[str, Any]})
def switch_quote(request: HttpRequest, number: str, body: SwitchIn) -> dict[str, Any]:
    """Work out what a switch would come to, or say why it may not be had: nothing is kept."""
    offer = switching.switch_offer(
        permit_rows.permit(number),
        body.permit_type,
        plates=None if body.vehicles is None else plates_in(body.vehicles),
        at=timezone.now(),
    )
    came = offer.difference
    return {
        "permit_type": offer.kind.code,
        "difference": money(came.total),
        "to_pay": money(offer.to_pay),
        "back": money(came.back),
        "lines": lines_out(came.lines),
        "because": list(came.because),
        "start": instant_out(offer.period.start),
        "end": instant_out(offer.period.end),
    }


@router.post("/permits/{number}/switch", auth=WRITE, response={201: dict[str, Any]})
@idempotent
def switch(request: HttpRequest, number: str, body: SwitchIn) -> Any:
    """Switch a permit for one of another type: what is dearer is held until the difference is paid."""
    now = timezone.now()
    with statuses(SALE_STATUSES):
        fresh = operations.switch_permit(
            number,
            to=body.permit_type,
            wanted=None if body.vehicles is None else plates_in(body.vehicles),
            channel=Permit.Channel.API,
            reason=body.reason,
            by=request.auth.actor,
            at=now,
        )
    return Status(201, _one(fresh, at=now))


@router.post("/permits/{number}/transfer", auth=WRITE, response={200: dict[str, Any]})
@idempotent
def transfer(request: HttpRequest, number: str, body: TransferIn) -> dict[str, Any]:
    """Give a permit to another customer, without its plates."""
    now = timezone.now()
    moved = operations.transfer_permit(
        number, customer_id=customer_in(body.customer).pk, by=request.auth.actor, at=now
    )
    return _one(moved, at=now)


@router.post("/permits/{number}/suspension", auth=WRITE, response={200: dict[str, Any]})
@idempotent
def suspend(request: HttpRequest, number: str, body: ReasonIn) -> dict[str, Any]:
    """Suspend a permit until it is reinstated."""
    now = timezone.now()
    done = operations.suspend_permit(number, reason=body.reason, by=request.auth.actor, at=now)
    return _one(done, at=now)


@router.delete("/permits/{number}/suspension", auth=WRITE, response={200: dict[str, Any]})
def reinstate(request: HttpRequest, number: str) -> dict[str, Any]:
    """End a permit's suspension."""
    now = timezone.now()
    done = operations.reinstate_permit(number, by=request.auth.actor, at=now)
    return _one(done, at=now)


@router.post("/permits/{number}/revocation", auth=WRITE, response={200: dict[str, Any]})
@idempotent
def revoke(request: HttpRequest, number: str, body: RevocationIn) -> dict[str, Any]:
    """Take a permit away; a reason is needed."""
    now = timezone.now()
    done = operations.revoke_permit(
        number, reason=body.reason, refund=body.refund, by=request.auth.actor, at=now
    )
    return _one(done, at=now)


@router.post("/permits/{number}/replacement", auth=WRITE, response={200: dict[str, Any]})
@idempotent
def replace(request: HttpRequest, number: str, body: ReasonIn) -> dict[str, Any]:
    """Give a permit a new hangtag, for the program's fee."""
    now = timezone.now()
    done = operations.replace_hangtag(number, reason=body.reason, by=request.auth.actor, at=now)
    return _one(done, at=now)


@router.post("/permits/{number}/approval", auth=WRITE, response={200: dict[str, Any]})
@idempotent
def approve(request: HttpRequest, number: str) -> dict[str, Any]:
    """Approve a permit that waits for it."""
    now = timezone.now()
    return _one(operations.approve_permit(number, by=request.auth.actor, at=now), at=now)


@router.post("/permits/{number}/rejection", auth=WRITE, response={200: dict[str, Any]})
@idempotent
def reject(request: HttpRequest, number: str, body: ReasonIn) -> dict[str, Any]:
    """Refuse to approve a permit; all that was paid goes back."""
    now = timezone.now()
    done = operations.reject_permit(number, reason=body.reason, by=request.auth.actor, at=now)
    return _one(done, at=now)


def _one(permit: Permit, *, at: Any) -> dict[str, Any]:
    return permits_out(permit_rows.rows_of([permit], at=at))[0]


def _status(text: str) -> PermitStatus | None:
    if not text:
        return None
    try:
        return PermitStatus(text)
    except ValueError as error:
        message = f"Give one of {', '.join(PermitStatus)}."
        raise Problem(
            422, "validation", message, errors=[{"field": "status", "message": message}]
        ) from error

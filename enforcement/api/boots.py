"""The boot list, boots and tows over HTTP."""

from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Status
from pydantic import Field

from enforcement.api.shapes import Body, Placed, Region
from enforcement.models import BootCase
from enforcement.operations import boot_cases as booting
from enforcement.operations import releases, tows
from enforcement.operations.boot_cases import Spot
from enforcement.queries import boot_cases as casing
from enforcement.queries import boots, checks
from enforcement.rules.holding import State
from parkops.api.auth import needs
from parkops.api.idempotency import idempotent
from parkops.api.paging import Paging, page_of, page_of_list
from parkops.api.values import instant_out, money_out
from parkops.kernel.decisions import Conflict, NotFound
from parkops.kernel.permissions import Scope

router = Router()
READ = needs(Scope.ENFORCEMENT_READ)
WRITE = needs(Scope.ENFORCEMENT_WRITE)
Short = Annotated[str | None, Field(max_length=200)]


class HeldIn(Placed):
    """Which vehicle, and where it stands; a region left out fits any."""

    region: Region = ""
    zone: Annotated[str | None, Field(max_length=40)] = ""
    place: Short = ""

    @property
    def spot(self) -> Spot:
        """Where the vehicle stands."""
        return Spot(self.zone or "", self.place or "", self.lat, self.lon)


class BootIn(HeldIn):
    """A boot of the inventory to put on, or only an order for the officer at the kerb."""

    boot: Annotated[str | None, Field(max_length=20)] = ""
    order_only: bool = False


class TowIn(HeldIn):
    """To which lot a vehicle is towed, and by whom."""

    lot: Short = ""
    tower: Short = ""


class ReleaseIn(Body):
    """Why a vehicle goes while something is owed; `waive` takes back the fees of its case too."""

    region: Region = ""
    reason: Annotated[str | None, Field(max_length=1_000)] = ""
    waive: bool = False


@router.get("/boot-list", auth=READ)
def boot_list(request: HttpRequest, paging: Query[Paging]) -> dict[str, Any]:
    """List the vehicles that may be booted now, and why; those ordered, booted or towed are not among
    them."""
    return page_of_list(
        boots.bootable(at=timezone.now()),
        paging,
        out=lambda row: {
            "plate": row.plate_text,
            "plate_key": row.plate_key,
            "region": row.region,
            "unpaid": {"count": row.arrears.count, "owed": money_out(row.arrears.owed)},
            "oldest": instant_out(row.oldest_at),
            "because": [f"{row.arrears.text}."],
        },
    )


@router.get("/boot-cases", auth=READ)
def boot_cases(
    request: HttpRequest, paging: Query[Paging], state: State | None = None
) -> dict[str, Any]:
    """List boot cases, newest first: what is ordered, booted, towed, released, over."""
    rows = casing.cases(state or "")
    page = page_of(rows, paging, order=["-ordered_at", "-id"], out=lambda row: row)
    shown = casing.rows(page["items"], at=timezone.now())
    return {"items": [case_out(now) for now in shown], "next": page["next"]}


@router.post("/vehicles/{plate}/boot", auth=WRITE, response={201: dict[str, Any]})
@idempotent
def boot(request: HttpRequest, plate: str, body: BootIn) -> Any:
    """Put a boot on a vehicle, or only order one; 409 where the rule does not hold (any more)."""
    by, now, region = request.auth.actor, timezone.now(), body.region or ""
    if body.order_only:
        case = booting.order_boot(plate=plate, region=region, zone=body.zone or "", by=by, at=now)
    else:
        case = booting.boot_vehicle(
            plate=plate, region=region, device=body.boot or "", spot=body.spot, by=by, at=now
        )
    return Status(201, _out(case))


@router.post("/vehicles/{plate}/boot-release", auth=WRITE)
@idempotent
def boot_release(request: HttpRequest, plate: str, body: ReleaseIn) -> dict[str, Any]:
    """Let a booted vehicle go: its boot is off. 409 while something is owed and no reason is given."""
    return _out(_let_go(request, plate, body, was_towed=False))


@router.post("/vehicles/{plate}/tow", auth=WRITE, response={201: dict[str, Any]})
@idempotent
def tow(request: HttpRequest, plate: str, body: TowIn) -> Any:
    """Tow a vehicle: booted long enough ago, or cited in the last 24 hours for what is towed for."""
    case = tows.tow_vehicle(
        plate=plate,
        region=body.region or "",
        lot=body.lot or "",
        tower=body.tower or "",
        spot=body.spot,
        by=request.auth.actor,
        at=timezone.now(),
    )
    return Status(201, _out(case))


@router.post("/vehicles/{plate}/tow-release", auth=WRITE)
@idempotent
def tow_release(request: HttpRequest, plate: str, body: ReleaseIn) -> dict[str, Any]:
    """Hand a towed vehicle over. 409 while something is owed and no reason is given."""
    return _out(_let_go(request, plate, body, was_towed=True))


def case_out(now: casing.CaseNow) -> dict[str, Any]:
    """Return a case as it stands."""
    case = now.case
    is_free = now.state in (State.RELEASED, State.ENDED)
    return {
        "number": case.number,
        "status": now.state.value,
        "plate": case.plate_text,
        "plate_key": case.plate_key,
        "region": case.region,
        "because": [case.because],
        "boot": case.device.number if case.device else None,
        "zone": case.zone_code or None,
        "place": case.place or None,
        "lot": case.lot or None,
        "ordered_at": instant_out(case.ordered_at),
        "applied_at": instant_out(case.applied_at),
        "towed_at": instant_out(case.towed_at),
        "released_at": instant_out(case.released_at),
        "released_because": case.released_because or None,
        "ended_at": instant_out(case.ended_at),
        "release_code": case.device.release_code if is_free and case.device else None,
        "storage_days": now.days,
        "owed": money_out(now.owed),
        "charges": [
            {
                "id": str(fee.id),
                "kind": fee.kind,
                "reference": fee.reference,
                "text": fee.text,
                "amount": money_out(fee.amount),
                "balance": money_out(fee.balance),
            }
            for fee in now.fees
        ],
        "must_be_paid": [
            {"number": debt.citation.number, "owed": money_out(debt.owed)} for debt in now.debts
        ],
    }


def _out(case: BootCase) -> dict[str, Any]:
    return case_out(casing.now(casing.case(case.number), at=timezone.now()))


def _let_go(request: HttpRequest, plate: str, body: ReleaseIn, *, was_towed: bool) -> BootCase:
    """Release the vehicle if it is not yet, and note that it went; a second time changes nothing."""
    by, now = request.auth.actor, timezone.now()
    key = checks.key_of(plate)
    case = casing.open_case_of(key, body.region or "")
    if case is None:
        case = casing.cases(State.ENDED, plate_key=key).first()
    if case is None:
        raise NotFound(f"{plate} is neither booted nor towed.")
    if case.ended_at is not None:
        return case
    if (case.towed_at is not None) != was_towed:
        told = "It was towed: use tow-release." if case.towed_at else "It was not towed."
        raise Conflict("other_hold", told)
    releases.release_vehicle(case.number, reason=body.reason or "", waive=body.waive, by=by, at=now)
    return releases.end_case(case.number, by=by, at=now)

"""The bodies of the API's permit calls, and what is read from them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Schema
from pydantic import ConfigDict, Field

from parkops.api.values import Instant, instant_out, money_out
from parkops.customers import queries as customers
from parkops.customers.models import Customer
from parkops.kernel.decisions import NotFound, Refused
from parkops.kernel.money import Money
from parkops.kernel.permissions import Scope
from payments import queries as payments
from payments.queries import ChargeRow
from permits.queries.permits import PermitRow, money_of
from permits.rules.amounts import Line
from permits.rules.plates import Plate, read_plates
from permits.rules.status import Status

Code = Annotated[str, Field(max_length=24)]
NEAR_NOW_SECONDS = 60


class VehicleIn(Schema):
    """A plate, with its region, fuel, CO2 (g/km) and Euro class if they matter."""

    model_config = ConfigDict(extra="forbid")

    plate: str = Field(max_length=64)
    region: str = Field("", max_length=16)
    fuel: str = Field("", max_length=20)
    co2: int | None = Field(None, ge=0, le=2_000)
    euro: int | None = Field(None, ge=0, le=9)


PlateIn = Annotated[str, Field(max_length=64)] | VehicleIn


class WishIn(Schema):
    """What is asked for: a quote, or a permit."""

    model_config = ConfigDict(extra="forbid")

    permit_type: Code
    customer: str = Field(max_length=64)
    address: str = Field("", max_length=300)
    vehicles: list[PlateIn] = Field([], max_length=200)
    start: Instant | None = None
    end: Instant | None = None
    at: Instant | None = None
    coupon: str = Field("", max_length=40)


class VehiclesIn(Schema):
    """The plates that a permit is to list, all of them."""

    model_config = ConfigDict(extra="forbid")

    vehicles: list[PlateIn] = Field(max_length=200)


class ReasonIn(Schema):
    """Why."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field("", max_length=2_000)


class CancellationIn(ReasonIn):
    """Why, and from when, now if left out; whether permits that go with it end too."""

    at: Instant | None = None
    with_seconds: bool = False


class RevocationIn(ReasonIn):
    """Why, and whether the type's refund rule applies."""

    refund: bool = False


class RenewalIn(Schema):
    """Which plates the next permit lists; the same if left out."""

    model_config = ConfigDict(extra="forbid")

    vehicles: list[PlateIn] | None = Field(None, max_length=200)


class SwitchIn(Schema):
    """Which type a permit is switched for; the same plates if none are given."""

    model_config = ConfigDict(extra="forbid")

    permit_type: Code
    vehicles: list[PlateIn] | None = Field(None, max_length=200)
    reason: str = Field("", max_length=2_000)


class TransferIn(Schema):
    """Who holds the permit from now on."""

    model_config = ConfigDict(extra="forbid")

    customer: str = Field(max_length=64)


def plates_in(given: Sequence[str | VehicleIn]) -> tuple[Plate, ...]:
    """Return the plates of a body.

    :raises Refused: naming the one that is none.
    """
    return read_plates(
        one if isinstance(one, str) else (one.plate, one.region, one.fuel, one.co2, one.euro)
        for one in given
    )


def customer_in(reference: str, *, field: str = "customer") -> Customer:
    """Return the customer that a body names.

    :raises Refused: "unknown_customer".
    """
    try:
        return customers.customer(reference)
    except NotFound as missing:
        raise Refused("unknown_customer", "There is no such customer.", field=field) from missing


def as_of_in(request: HttpRequest, given: datetime | None, *, now: datetime) -> datetime | None:
    """Return the instant that a sale is to be worked out for, None for now.

    :raises Problem: 403 if it is another instant and the token is not an administrator's.
    """
    if given is None or abs((given - now).total_seconds()) <= NEAR_NOW_SECONDS:
        return None
    request.auth.require(Scope.ADMIN)
    return given


def lines_out(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Return the lines of a quote or refund."""
    return [{"text": line.text, "amount": money_out(line.amount).dict()} for line in lines]


def money(amount: Money) -> dict[str, str]:
    """Return an amount as a dictionary."""
    return money_out(amount).dict()


def charge_out(charge: ChargeRow) -> dict[str, Any]:
    """Return what is owed of one charge."""
    return {
        "id": str(charge.id),
        "amount": money(charge.amount),
        "balance": money(charge.balance),
        "due_on": charge.due_on.isoformat() if charge.due_on else None,
    }


def permits_out(rows: Sequence[PermitRow]) -> list[dict[str, Any]]:
    """Return permits as the API writes them, with their charges by two more queries."""
    numbers = [row.number for row in rows]
    owed = payments.charges_of("permit", numbers)
    deposits = payments.charges_of("deposit", [r.number for r in rows if r.permit.deposit_minor])
    return [_permit_out(row, owed, deposits) for row in rows]


def _permit_out(
    row: PermitRow, owed: dict[str, ChargeRow], deposits: dict[str, ChargeRow]
) -> dict[str, Any]:
    permit = row.permit
    charge, deposit = owed.get(row.number), deposits.get(row.number)
    is_held = row.status is Status.HELD
    out = {
        "number": row.number,
        "status": str(row.status),
        "permit_type": row.type_code,
        "name": row.type_name,
        "customer": str(row.customer.reference),
        "vehicles": [plate.text for plate in row.plates],
        "plates": [
            {"plate": plate.text, "plate_key": plate.key, "region": plate.region}
            for plate in row.plates
        ],
        "zones": list(row.zones),
        "start": instant_out(row.starts_at),
        "end": instant_out(row.ends_at),
        "total": money(row.total),
        "tax": money(money_of(permit, permit.tax_minor)),
        "lines": [
            {"text": text, "amount": money(money_of(permit, minor))}
            for text, minor in permit.price_lines
        ],
        "hold_expires_at": instant_out(permit.hold_expires_at) if is_held else None,
        "sold_at": instant_out(permit.sold_at),
        "paid_at": instant_out(permit.paid_at),
        "approved_at": instant_out(permit.approved_at),
        "cancelled_at": instant_out(permit.cancelled_at),
        "revoked_at": instant_out(permit.revoked_at),
        "renews": permit.renews.number if permit.renews else None,
        "switched_from": permit.replaces.number if permit.replaces else None,
        "hangtag": permit.hangtag or None,
        "programme_version": permit.programme_version,
        "charge": charge_out(charge) if charge else None,
    }
    if deposit is not None:
        out["deposit"] = money(money_of(permit, permit.deposit_minor))
        out["deposit_charge"] = charge_out(deposit)
    return out

"""Customers over HTTP: register, find, change, their vehicles and their time line."""

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from parkops.api.auth import needs
from parkops.api.idempotency import idempotent
from parkops.api.paging import Paging, page_of, page_of_list
from parkops.api.values import Email, instant_out
from parkops.customers import operations, queries, timeline
from parkops.customers.models import Customer, Vehicle
from parkops.kernel.permissions import Scope

router = Router(tags=["Customers"])

READ = needs(Scope.CUSTOMERS_READ)
WRITE = needs(Scope.CUSTOMERS_WRITE)

Code = Annotated[str, Field(max_length=24)]
TIMELINE_MOST = 2_000


class CustomerIn(Schema):
    """A customer to register."""

    model_config = ConfigDict(extra="forbid")

    email: Email
    name: str = Field(max_length=200)
    phone: str = Field("", max_length=40)
    address: str = Field("", max_length=300, description="Limits by address count by it.")
    is_address_protected: bool = Field(False, description="Of the address only a seal is kept.")
    audiences: list[Code] = Field([], max_length=50)
    external_id: str = Field("", max_length=100)
    language: str = Field("", max_length=16)


class CustomerPatch(Schema):
    """What to change of a customer; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    email: Email | None = None
    name: str | None = Field(None, max_length=200)
    phone: str | None = Field(None, max_length=40)
    address: str | None = Field(None, max_length=300)
    is_address_protected: bool | None = None
    audiences: list[Code] | None = Field(None, max_length=50)
    external_id: str | None = Field(None, max_length=100)
    language: str | None = Field(None, max_length=16)


class VehicleIn(Schema):
    """A vehicle of a customer."""

    model_config = ConfigDict(extra="forbid")

    plate: str = Field(max_length=64)
    region: str = Field("", max_length=16)
    make: str = Field("", max_length=40)
    model: str = Field("", max_length=40)
    colour: str = Field("", max_length=30)
    fuel: str = Field("", max_length=20)
    co2: int | None = Field(None, ge=0, le=2_000, description="Grams of CO2 a kilometer.")
    euro: int | None = Field(None, ge=0, le=9, description="Euro emission class.")


@router.post("/customers", auth=WRITE, response={201: dict[str, Any]})
@idempotent
def register(request: HttpRequest, body: CustomerIn) -> Any:
    """Register a customer; 409 `customer_exists` if the e-mail address or external id is taken."""
    customer = operations.register_customer(**body.dict(), by=request.auth.actor, at=timezone.now())
    return Status(201, _customer(customer))


@router.get("/customers", auth=READ)
def customers(
    request: HttpRequest, paging: Query[Paging], email: str = "", q: str = ""
) -> dict[str, Any]:
    """List customers, newest first; by e-mail address, or by what name, plate and phone contain."""
    rows = Customer.objects.filter(email__iexact=email.strip()) if email else queries.matching(q)
    return page_of(rows, paging, order=("-created_at", "-id"), out=_customer)


@router.get("/customers/{reference}", auth=READ)
def customer(request: HttpRequest, reference: str) -> dict[str, Any]:
    """Give one customer with the vehicles of now."""
    found = queries.customer(reference)
    return {**_customer(found), "vehicles": [_vehicle(v) for v in queries.vehicles_of(found.pk)]}


@router.patch("/customers/{reference}", auth=WRITE)
def change(request: HttpRequest, reference: str, body: CustomerPatch) -> dict[str, Any]:
    """Change some of what is known of a customer."""
    found = queries.customer(reference)
    changes = {
        name: value for name, value in body.dict(exclude_unset=True).items() if value is not None
    }
    changed = operations.change_customer(
        found.pk, changes=changes, by=request.auth.actor, at=timezone.now()
    )
    return _customer(changed)


@router.post("/customers/{reference}/vehicles", auth=WRITE, response={201: dict[str, Any]})
@idempotent
def add_vehicle(request: HttpRequest, reference: str, body: VehicleIn) -> Any:
    """Note that a customer holds a vehicle; the same plate twice is once."""
    found = queries.customer(reference)
    vehicle = operations.add_vehicle(
        customer_id=found.pk, **body.dict(), by=request.auth.actor, at=timezone.now()
    )
    return Status(201, _vehicle(vehicle))


@router.delete(
    "/customers/{reference}/vehicles/{vehicle}", auth=WRITE, response={200: dict[str, Any]}
)
def remove_vehicle(request: HttpRequest, reference: str, vehicle: UUID) -> dict[str, Any]:
    """Note that a vehicle is the customer's no more; its history stays."""
    found = queries.vehicle(vehicle, customer_id=queries.customer(reference).pk)
    removed = operations.remove_vehicle(found.pk, by=request.auth.actor, at=timezone.now())
    return _vehicle(removed)


@router.get("/customers/{reference}/timeline", auth=READ)
def customer_timeline(
    request: HttpRequest, reference: str, paging: Query[Paging]
) -> dict[str, Any]:
    """Give everything that happened to a customer, newest first."""
    moments = timeline.of_customer(queries.customer(reference), limit=TIMELINE_MOST)
    return page_of_list(moments, paging, out=_moment)


def _customer(row: Customer) -> dict[str, Any]:
    return {
        "id": str(row.reference),
        "email": row.email,
        "name": row.name,
        "phone": row.phone,
        "address": row.address,
        "is_address_protected": row.is_address_protected,
        "audiences": row.audiences,
        "external_id": row.external_id,
        "language": row.language,
        "created_at": instant_out(row.created_at),
    }


def _vehicle(row: Vehicle) -> dict[str, Any]:
    return {
        "id": str(row.reference),
        "plate": row.plate_text,
        "plate_key": row.plate_key,
        "region": row.region,
        "make": row.make,
        "model": row.model,
        "colour": row.colour,
        "fuel": row.fuel,
        "co2": row.co2,
        "euro": row.euro,
        "added_at": instant_out(row.added_at),
        "removed_at": instant_out(row.removed_at),
    }


def _moment(moment: timeline.Moment) -> dict[str, Any]:
    return {
        "at": instant_out(moment.at),
        "kind": moment.kind,
        "title": moment.title,
        "detail": moment.detail,
        "plate": moment.plate,
    }

"""The people whom the institution's directory knows."""

from uuid import UUID

from django.db.models import Q, QuerySet

from parkops.customers.models import Customer
from parkops.kernel.decisions import NotFound


def people(asked: tuple[str, str] | None) -> QuerySet[Customer]:
    """Return customers with an id of the institution, or those that a filter names."""
    rows = Customer.objects.exclude(external_id="").order_by("pk")
    if asked is None:
        return rows
    name, value = asked
    value = value.replace("\x00", "")
    if name == "id":
        try:
            return rows.filter(reference=UUID(value))
        except ValueError:
            return rows.none()
    return rows.filter(Q(email__iexact=value) if name == "email" else Q(external_id=value))


def person(reference: UUID) -> Customer:
    """Return one of them.

    :raises NotFound: if this tenant has none, or the institution does not know them.
    """
    found = people(None).filter(reference=reference).first()
    if found is None:
        raise NotFound("There is nobody with this id.")
    return found


def members(code: str) -> QuerySet[Customer]:
    """Return those of an audience."""
    return people(None).filter(audiences__contains=[code])

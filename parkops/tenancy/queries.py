"""Reads of tenants that the platform's own pages show."""

from dataclasses import dataclass

from django_tenants.utils import schema_context

from parkops.tenancy import hosts
from parkops.tenancy.models import Tenant


@dataclass(frozen=True, slots=True)
class Demonstration:
    """A tenant that anyone may look around in."""

    name: str
    url: str


def demonstrations() -> list[Demonstration]:
    """Return the open tenants of the demonstration by name; of other tenants nothing is told."""
    with schema_context("public"):
        rows = list(
            Tenant.objects.filter(is_demonstration=True, status=Tenant.Status.ACTIVE).order_by(
                "name", "pk"
            )
        )
    return [Demonstration(row.name, hosts.site_url(row)) for row in rows]

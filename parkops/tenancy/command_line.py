"""How commands find the tenant that they are told of."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import CommandError
from django_tenants.utils import schema_context, tenant_context

from parkops.tenancy.models import Tenant


@contextmanager
def tenant_named(slug: str) -> Iterator[Tenant]:
    """Work inside the tenant `slug`.

    :raises CommandError: if there is none, naming the nearest slugs.
    """
    with schema_context("public"):
        tenant = Tenant.objects.filter(slug=slug).first()
        if tenant is None:
            known = list(Tenant.objects.order_by("slug").values_list("slug", flat=True)[:20])
            raise CommandError(
                f"There is no tenant {slug}. There are: {', '.join(known) or 'none'}."
            )
    with tenant_context(tenant):
        yield tenant

"""How the operator of a platform, who signs in nowhere, gets to see it: by an address that ends."""

from datetime import datetime
from uuid import UUID

from django_tenants.utils import schema_context

from parkops.tenancy import hosts, signing
from parkops.tenancy.models import OperatorLink

PURPOSE = "operator"


def links() -> list[OperatorLink]:
    """Return every address that was made, the newest first."""
    with schema_context("public"):
        return list(OperatorLink.objects.order_by("-made_at", "-pk"))


def address_of(link: OperatorLink) -> str:
    """Return the whole address."""
    with schema_context("public"):
        token = signing.sign_name(str(link.reference), purpose=PURPOSE)
    return f"{hosts.platform_url()}/platform/{token}/"


def opens(token: str, *, at: datetime) -> bool:
    """Return whether an address leads somewhere at `at`."""
    with schema_context("public"):
        try:
            reference = UUID(signing.name_of(token, purpose=PURPOSE))
        except (signing.BadSignature, ValueError):
            return False
        return OperatorLink.objects.filter(
            reference=reference, revoked_at__isnull=True, expires_at__gt=at
        ).exists()

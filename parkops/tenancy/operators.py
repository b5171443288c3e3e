"""How the operator of a platform, who signs in nowhere, gets to see it: by an address that ends."""

from datetime import datetime, timedelta
from uuid import UUID

from django.core import signing
from django.db import transaction
from django_tenants.utils import schema_context

from parkops.tenancy import hosts
from parkops.tenancy.models import OperatorLink

_SALT = "parkops:operator"


def make_link(*, name: str, days: int, at: datetime) -> OperatorLink:
    """Make an address for somebody; it holds for `days`."""
    with schema_context("public"):
        return OperatorLink.objects.create(
            name=name, made_at=at, expires_at=at + timedelta(days=days)
        )


def revoke_links(*, name: str, at: datetime) -> int:
    """Let every address made for this name lead nowhere; returns how many did lead somewhere."""
    with schema_context("public"), transaction.atomic():
        return OperatorLink.objects.filter(name=name, revoked_at__isnull=True).update(revoked_at=at)


def links() -> list[OperatorLink]:
    """Return every address that was made, the newest first."""
    with schema_context("public"):
        return list(OperatorLink.objects.order_by("-made_at", "-pk"))


def address_of(link: OperatorLink) -> str:
    """Return the whole address."""
    token = signing.Signer(salt=_SALT).sign_object(str(link.reference))
    return f"{hosts.platform_url()}/platform/{token}/"


def opens(token: str, *, at: datetime) -> bool:
    """Return whether an address leads somewhere at `at`."""
    try:
        reference = UUID(signing.Signer(salt=_SALT).unsign_object(token))
    except (signing.BadSignature, ValueError):
        return False
    with schema_context("public"):
        return OperatorLink.objects.filter(
            reference=reference, revoked_at__isnull=True, expires_at__gt=at
        ).exists()

"""The screens on walls."""

from uuid import UUID

from django.urls import reverse

from parkops.kernel.decisions import NotFound
from parkops.tenancy import hosts, signing
from reporting.models import WallScreen

PURPOSE = "wall"


def screens() -> list[WallScreen]:
    """Return all screens, those that show first, the newest first."""
    return list(WallScreen.objects.order_by("revoked_at", "-made_at", "-pk"))


def address_of(screen: WallScreen) -> str:
    """Return the whole address that a screen opens."""
    token = signing.sign_name(str(screen.reference), purpose=PURPOSE)
    return f"{hosts.current_site_url()}{reverse('wall:screen', args=[token])}"


def screen_of(token: str) -> WallScreen:
    """Return the screen that an address was made for.

    :raises NotFound: if it was made elsewhere, changed, or revoked.
    """
    try:
        reference = UUID(signing.name_of(token, purpose=PURPOSE))
    except (signing.BadSignature, ValueError) as error:
        raise NotFound("This screen shows nothing.") from error
    screen = WallScreen.objects.filter(reference=reference, revoked_at__isnull=True).first()
    if screen is None:
        raise NotFound("This screen shows nothing.")
    return screen

"""What must hold of the settings for tenants to stay apart."""

from typing import Any

from django.conf import settings
from django.core.checks import Error, register


@register()
def tenants_stay_apart(**_: Any) -> list[Error]:
    """Check the settings that keep one tenant's sessions, cache and files from another's."""
    found = []
    if settings.CACHES["default"].get("KEY_FUNCTION") != "django_tenants.cache.make_key":
        found.append(Error("The default cache must key by tenant.", id="tenancy.E001"))
    if "django.contrib.sessions" not in settings.TENANT_APPS:
        found.append(Error("Sessions must live in the tenants.", id="tenancy.E002"))
    if settings.USE_X_FORWARDED_HOST:
        found.append(Error("The host may not come from a header.", id="tenancy.E003"))
    if "parkops.tenancy" in settings.TENANT_APPS:
        found.append(Error("Tenancy lives in the public schema only.", id="tenancy.E004"))
    return found

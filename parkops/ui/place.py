"""Where a page is read: the zone, the language and the currency of its tenant."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import translation

from parkops.ui.words import locale_named


@dataclass(frozen=True, slots=True)
class Place:
    """What amounts and times need to be written: a zone, a locale such as `en-US`, a currency."""

    zone: ZoneInfo
    locale: str
    currency: str


ANYWHERE = Place(ZoneInfo("UTC"), "en-US", "USD")


def place_of(tenant: Any) -> Place:
    """Return the place of `tenant`, in the language that is active now; UTC without a tenant."""
    if not getattr(tenant, "timezone", ""):
        return ANYWHERE
    own = locale_named(tenant.locale)
    language = (translation.get_language() or own.language).split("-")[0]
    locale = tenant.locale
    if language != own.language:
        locale = f"{language}-{own.territory}" if own.territory else language
        if locale_named(locale).language != language:
            locale = language
    return Place(ZoneInfo(tenant.timezone), locale, tenant.currency)


def place_in(context: Mapping[str, Any]) -> Place:
    """Return a template's place: its context's `place`, `tenant`, or its request's tenant."""
    if "place" in context:
        return context["place"]
    tenant = context.get("tenant") or getattr(context.get("request"), "tenant", None)
    return place_of(tenant)

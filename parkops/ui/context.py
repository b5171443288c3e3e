"""What every page knows without its view: the tenant's colours, and the rail of the office."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from parkops import nav as rail
from parkops.ui.brand import PLATFORM, Brand, brand_of

OFFICE = "/office/"


def brand(request: HttpRequest) -> dict[str, Brand]:
    """Return the colours of the tenant whose page it is, or the platform's own."""
    tenant = getattr(request, "tenant", None)
    return {"brand": brand_of(tenant) if tenant is not None else PLATFORM}


def shell(request: HttpRequest) -> dict[str, str]:
    """Return the layout of a page that stands nowhere of its own, such as a refusal: the office's where staff are
    in the office; empty elsewhere."""
    user = getattr(request, "user", None)
    if request.path.startswith(OFFICE) and user is not None and user.is_authenticated:
        return {"shell": "ui/office.html" if user.is_staff_member else ""}
    return {"shell": ""}


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the rail that this person may open."""

    label: str
    icon: str
    url: str
    is_current: bool
    count: int | None


@dataclass(frozen=True, slots=True)
class Section:
    """Entries under one heading; the first has none."""

    label: str
    entries: list[Entry]


def nav(request: HttpRequest) -> dict[str, Any]:
    """Return the rail as a function, so that only pages which draw it pay for it."""
    return {"nav": lambda: sections_for(request)}


def sections_for(request: HttpRequest) -> list[Section]:
    """Return the sections of the rail with the entries that this person may open."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    counts = getattr(request, "nav_counts", {})
    reached = [
        (item, url)
        for item in rail.ITEMS
        if user.may(item.permission) and (url := _url(item.url_name))
    ]
    here = _entry_of(request.path, reached)
    sections: dict[str, list[Entry]] = {}
    for item, url in reached:
        entry = Entry(item.label, item.icon, url, url == here, counts.get(item.count_key))
        sections.setdefault(item.section, []).append(entry)
    return [Section(label, entries) for label, entries in sections.items()]


def _entry_of(path: str, reached: list[tuple[rail.NavItem, str]]) -> str:
    """Return the address of the entry that a page stands under: the longest that it begins with.

    Nothing stands under the office's front page, with which the others begin.
    """
    front = _url(rail.ITEMS[0].url_name)
    under = {
        start: url
        for item, url in reached
        for start in (url, *map(_url, item.also))
        if start and (path == start if start == front else path.startswith(start))
    }
    return under[max(under, key=len)] if under else ""


def _url(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""

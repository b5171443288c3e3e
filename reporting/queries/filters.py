"""Saved filters, as the pages of reports list them."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from parkops.accounts.models import User
from parkops.kernel.decisions import NotFound
from reporting import catalogue
from reporting.catalogue.base import Report, asked_text
from reporting.models import SavedFilter


@dataclass(frozen=True, slots=True)
class FilterRow:
    """A saved filter: the name of its report, what it asks, whose it is, and where it is filled in."""

    kept: SavedFilter
    report: str
    asked: str
    whose: str
    ask_url: str


def filters_for(user: User, hidden: Sequence[str] = (), *, report: str = "") -> list[FilterRow]:
    """Return the filters that somebody may run, by name: their own and those that are shared; who manages staff
    also those of people who left.

    Those of `hidden` reports are left out, and those of reports that there are no more.
    """
    rows = SavedFilter.objects.select_related("owner").seen_by(user).exclude(report__in=hidden)
    if report:
        rows = rows.filter(report=report)
    return [
        row_of(kept, user)
        for kept in rows.order_by("name", "pk")
        if kept.report in catalogue.REPORTS
    ]


def row_of(kept: SavedFilter, user: User | None = None) -> FilterRow:
    """Return a filter as the lists show it to somebody, or to a program."""
    report = catalogue.report_of(kept.report)
    owner = "Yours" if user and kept.owner_id == user.pk else (kept.owner.name or kept.owner.email)
    if not kept.owner.is_active:
        owner += ", who left"
    asked = urlencode({**kept.parameters, "format": kept.format})
    return FilterRow(
        kept=kept,
        report=report.name,
        asked=asked_of(report, kept.parameters),
        whose=f"{owner}, shared" if kept.is_shared else owner,
        ask_url=f"{reverse('office_reports:ask', args=[kept.report])}?{asked}",
    )


def asked_of(report: Report, parameters: Mapping[str, Any]) -> str:
    """Return what a filter asks of a report, in few words."""
    return asked_text(report, parameters) or "This month so far"


def shared_filters(hidden: Sequence[str] = ()) -> list[FilterRow]:
    """Return the filters that the whole office sees, by name, but for those of `hidden` reports."""
    rows = SavedFilter.objects.select_related("owner").filter(is_shared=True)
    rows = rows.exclude(report__in=hidden).order_by("name", "pk")
    return [row_of(kept) for kept in rows if kept.report in catalogue.REPORTS]


def shared_filter(reference: uuid.UUID) -> SavedFilter:
    """Return a filter that the whole office sees.

    :raises NotFound: if there is none.
    """
    rows = SavedFilter.objects.select_related("owner")
    found = rows.filter(reference=reference, is_shared=True).first()
    if found is None:
        raise NotFound("There is no such saved filter that the office shares.")
    return found

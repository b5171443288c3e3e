"""What is known of a report's paper by the number on it: never what stands in it."""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from parkops.tenancy import hosts
from reporting import catalogue
from reporting.models import ReportRun
from reporting.models.runs import NUMBER_DIGITS

_NUMBER = re.compile(rf"[0-9a-f]{{{NUMBER_DIGITS}}}")


@dataclass(frozen=True, slots=True)
class Known:
    """A report that was made here: its name, when, and the digests that its paper bears."""

    number: str
    name: str
    made_at: datetime
    digest: str
    totals_digest: str


def known_by(number: str) -> Sequence[Known]:
    """Return the reports that were made under `number`: one, or none."""
    begun = number.replace("-", "").lower()
    if not _NUMBER.fullmatch(begun):
        return []
    least, most = (uuid.UUID(begun + digit * (32 - NUMBER_DIGITS)) for digit in "0f")
    found = ReportRun.objects.filter(
        reference__gte=least, reference__lte=most, made_at__isnull=False
    ).order_by("pk")
    return [
        Known(run.number, catalogue.name_of(run.report), run.made_at, run.digest, run.totals_digest)
        for run in found
        if run.made_at
    ]


def address_of(run: ReportRun) -> str:
    """Return the address at which whoever holds the paper of `run` finds out whether it is genuine."""
    path = reverse("portal_reports:verify", args=[run.number])
    return f"{hosts.current_site_url()}{path}"

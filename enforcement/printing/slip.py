"""What stands on a printed citation, whatever prints it."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _

from enforcement.models import Citation
from enforcement.queries import chain, portal
from enforcement.queries.appeals import appeal_until
from enforcement.queries.citations import Standing
from parkops.tenancy import hosts
from parkops.ui import words
from parkops.ui.place import place_of
from payments import place as paying


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the paper: what it is, and what it says; `strong` ones are set larger."""

    label: str
    text: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Slip:
    """A citation as it is printed, in the language that is spoken. `link` is what the square says,
    `copy` counts the prints, this one included."""

    issuer: str
    title: str
    number: str
    rows: tuple[Row, ...]
    told: tuple[str, ...]
    pin: str
    code: str
    link: str
    copy: int

    @property
    def copy_told(self) -> str:
        """Says that it was printed before; empty on the first print."""
        return _("Copy %(n)s") % {"n": self.copy} if self.copy > 1 else ""


def slip_of(now: Standing, *, copy: int) -> Slip:
    """Return what is printed of a citation as it stands."""
    citation, code = now.citation, chain.code_of(now.citation)
    site = hosts.current_site_url()
    find = reverse("portal_citations:find")
    bare = f"{site}{find}".partition("://")[2].rstrip("/")
    is_owing = now.owed.minor > 0
    told = [citation.public_note] if citation.public_note else []
    if is_owing:
        told.append(
            _("Pay or appeal at %(address)s with the number and the PIN.") % {"address": bare}
        )
    elif citation.fine_minor == 0:
        told.append(_("This is a warning. Nothing is owed."))
    return Slip(
        issuer=paying.tenant().name,
        title=_("Parking warning") if citation.fine_minor == 0 else _("Parking citation"),
        number=citation.number,
        rows=tuple(_rows(now)),
        told=tuple(told),
        pin=citation.pin,
        code=code,
        link=f"{site}{verify_path(citation)}",
        copy=copy,
    )


def verify_path(citation: Citation) -> str:
    """Return the path that the square of a print leads to."""
    code = chain.code_of(citation) or citation.pin
    asked = urlencode({"number": citation.number, "code": code})
    return f"{reverse('portal_citations:verify')}?{asked}"


def _rows(now: Standing) -> list[Row]:
    citation = now.citation
    here = place_of(getattr(connection, "tenant", None))
    vehicle = citation.vehicle_told or f"{citation.plate_text} {citation.region}".strip()
    zone_name = portal.zone_name(citation)
    where = f"{citation.zone_code}, {zone_name}" if zone_name else citation.zone_code
    rows = [Row(_("Vehicle"), vehicle, strong=True)]
    for line in now.lines:
        fine = _("warning") if line.is_warning else words.money_text(line.fine, here.locale)
        rows.append(Row(_("Violation"), f"{line.name}: {fine}"))
    rows.append(Row(_("Where"), where or citation.place))
    rows.append(Row(_("When"), words.instant_text(citation.issued_at, here.zone, here.locale)))
    if citation.fine_minor:
        rows.append(Row(_("To pay"), words.money_text(now.owed, here.locale), strong=True))
        told = now.owed
        for step in now.steps:
            if step.from_on > now.today and now.owed.minor and step.owed != told:
                told = step.owed
                day = words.date_text(step.from_on, here.locale)
                amount = words.money_text(step.owed, here.locale)
                rows.append(Row(_("From %(day)s") % {"day": day}, amount))
    if now.due_on and now.owed.minor:
        rows.append(Row(_("Pay by"), words.date_text(now.due_on, here.locale, long=True)))
    until = appeal_until(now)
    if until and until >= now.today:
        rows.append(Row(_("Appeal until"), words.date_text(until, here.locale, long=True)))
    return rows

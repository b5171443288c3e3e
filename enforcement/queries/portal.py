"""What the public sees of a citation, once they know two facts of it."""

import hmac
from dataclasses import dataclass
from datetime import date, datetime

from enforcement.models import Appeal, Citation, CitationPhoto
from enforcement.queries import chain, evidence
from enforcement.queries import citations as citing
from enforcement.queries.appeals import appeal_until, may_appeal, reason_text
from enforcement.queries.citations import ShownLine, Standing
from enforcement.queries.words import OUTCOMES, STATUSES, Word
from enforcement.rules.evidence import is_code_of
from parkops.customers.models import Vehicle
from parkops.kernel.decisions import ALLOWED, Decision
from parkops.kernel.money import Money
from parkops.kernel.plates import plate_key
from parkops.programme import queries as programme
from payments import queries as charges
from payments.queries import ChargeRow


@dataclass(frozen=True, slots=True)
class AppealRow:
    """An appeal as who knows the citation sees it: how it stands, and nothing of what was said."""

    appeal: Appeal
    word: Word
    reason: str


@dataclass(frozen=True, slots=True)
class CitationPage:
    """A citation as the public sees it; `charge` is None where nothing was ever owed."""

    now: Standing
    word: Word
    zone_name: str
    photos: list[CitationPhoto]
    appeals: list[AppealRow]
    charge: ChargeRow | None
    may_pay: Decision
    may_appeal: Decision
    appeal_until: date | None

    @property
    def citation(self) -> Citation:
        """The citation itself."""
        return self.now.citation


def found_by(number: str, fact: str) -> Citation | None:
    """Return the citation with this number, if `fact` is its PIN or its plate; else None.

    Whether the number or the fact was wrong is not told apart.
    """
    citation = Citation.objects.filter(number=citing.number_of(number)).first()
    if citation is None:
        return None
    fact = fact.strip()
    by_pin = bool(citation.pin) and hmac.compare_digest(citation.pin.encode(), fact.encode())
    return citation if by_pin or _is_plate(citation, fact) else None


@dataclass(frozen=True, slots=True)
class Verified:
    """What the public is told of a printed citation whose number and code go together; of one whose
    record was changed since, only that."""

    citation: Citation
    is_intact: bool
    lines: list[ShownLine]
    fine: Money
    zone_name: str
    photos: int


def verified(number: str, code: str) -> Verified | None:
    """Return what was written down under this number, if `code` is the one printed on it (the PIN,
    where it was printed without signal); else None. A number alone tells nothing."""
    citation = Citation.objects.filter(number=citing.number_of(number)).first()
    link = chain.link_of(citation) if citation else None
    if citation is None or link is None:
        return None
    by_pin = hmac.compare_digest(citation.pin.encode(), code.strip().encode())
    if not by_pin and not is_code_of(code, link.digest):
        return None
    now = citing.standing_of(citation, at=citation.issued_at)
    links = chain.links_of(citation.number)
    return Verified(
        citation,
        not chain.why_broken(links),
        now.lines,
        now.case.fine,
        zone_name(citation),
        sum(link.kind == chain.Kind.PHOTO for link in links),
    )


def is_of_customer(citation: Citation, user_id: int) -> bool:
    """Return whether the person held the vehicle when it was cited."""
    rows = Vehicle.objects.filter(
        customer__user_id=user_id, plate_key=citation.plate_key or "-"
    ).held_at(citation.issued_at)
    return rows.exists()


def citation_page(citation: Citation, *, at: datetime) -> CitationPage:
    """Return all that the public sees of a citation at `at`."""
    now = citing.standing_of(citation, at=at)
    charge = charges.charge_of(citing.KIND, citation.number, at=at)
    may_pay = ALLOWED
    if charge is None or now.owed.minor == 0:
        may_pay = Decision("nothing_owed", "Nothing is owed.")
    return CitationPage(
        now=now,
        word=STATUSES[now.status],
        zone_name=zone_name(citation),
        photos=evidence.photos_of(citation),
        appeals=[
            AppealRow(appeal, OUTCOMES[appeal.outcome], reason_text(appeal))
            for appeal in now.appeals
        ],
        charge=charge,
        may_pay=may_pay,
        may_appeal=may_appeal(now),
        appeal_until=appeal_until(now),
    )


def _is_plate(citation: Citation, fact: str) -> bool:
    try:
        return bool(citation.plate_key) and plate_key(fact) == citation.plate_key
    except ValueError:
        return False


def zone_name(citation: Citation) -> str:
    """Return the name that its zone had when it was written; of an imported one its place."""
    if citation.programme_version is None:
        return citation.place
    zone = programme.version(citation.programme_version).programme.zone(citation.zone_code)
    return zone.name if zone else ""

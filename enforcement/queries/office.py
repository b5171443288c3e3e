"""What the office sees: lists of citations, appeals and checks, and one of each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import ExtractHour
from django.urls import reverse

from enforcement.models import (
    Citation,
    CitationHold,
    CitationPhoto,
    CureProof,
    EvidenceLink,
    PlateCheck,
    VoidRequest,
)
from enforcement.models.citations import CitationQuerySet
from enforcement.queries import chain, checks, evidence
from enforcement.queries import citations as citing
from enforcement.queries.citations import Standing
from enforcement.queries.words import EVENTS, OUTCOMES, STATUSES, VERDICTS, Word, flag_words
from enforcement.rules.evidence import code_of
from enforcement.rules.standing import Status
from enforcement.rules.verdicts import Verdict
from parkops.audit import queries as audit
from parkops.customers import queries as customers
from parkops.customers.models import Customer
from parkops.kernel.dates import midnight
from parkops.kernel.money import Money
from parkops.programme import queries as programme
from parkops.ui import maps
from parkops.ui.maps import Map
from parkops.ui.values import Event, Tab
from payments import queries as charges
from payments.queries import ChargeRow


@dataclass(frozen=True, slots=True)
class CitationRow:
    """A line of the list of citations."""

    citation: Citation
    word: Word
    owed: Money
    fine: Money

    @property
    def more(self) -> int:
        """How many violations it has besides the first."""
        return len(self.citation.lines) - 1


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A link of the chain of evidence, and why it does not hold, empty where it does."""

    link: EvidenceLink
    broken: str


@dataclass(frozen=True, slots=True)
class CitationPage:
    """All about one citation."""

    now: Standing
    word: Word
    holds: list[CitationHold]
    flags: list[str]
    photos: list[CitationPhoto]
    events: list[Event]
    charge: ChargeRow | None
    holders: list[Customer]
    links: list[LinkRow]
    void_asked: VoidRequest | None
    map: Map | None

    @property
    def code(self) -> str:
        """The short code that is printed on it."""
        return next((code_of(row.link.digest) for row in self.links), "")

    @property
    def citation(self) -> Citation:
        """The citation itself."""
        return self.now.citation


@dataclass(frozen=True, slots=True)
class CheckRow:
    """A line of the list of plate checks."""

    record: PlateCheck
    word: Word


def citations(
    *,
    text: str = "",
    status: str = "",
    violation: str = "",
    zone: str = "",
    officer: str = "",
    since: date | None = None,
    until: date | None = None,
    hour: int | None = None,
    view: str = "",
) -> QuerySet[Citation]:
    """Return the citations that all of these ask for, newest first; dates are local and included.

    `hour` is that of the local clock; `view` one of the saved views (`_VIEWS`), an unknown one is all.
    """
    rows = Citation.objects.standing(status) if status else Citation.objects.all()
    if text:
        rows = rows.filter(citing.named(text))
    if violation:
        rows = rows.raised_for(violation)
    if zone:
        rows = rows.filter(zone_code=zone)
    if officer:
        rows = rows.filter(officer__icontains=officer)
    if since is not None:
        rows = rows.filter(issued_at__gte=midnight(since, citing.tenant_zone()))
    if until is not None:
        ends = midnight(until + timedelta(days=1), citing.tenant_zone())
        rows = rows.filter(issued_at__lt=ends)
    if hour is not None:
        rows = rows.alias(hour=ExtractHour("issued_at", tzinfo=citing.tenant_zone())).filter(
            hour=hour
        )
    if view in _VIEWS:
        rows = _VIEWS[view](rows)
    return rows.order_by("-issued_at", "-pk")


_Rows = CitationQuerySet
_VIEWS: dict[str, Callable[[_Rows], _Rows]] = {
    "ours": lambda rows: rows.filter(source=Citation.Source.OURS),
    "unpaid": lambda rows: rows.filter(source=Citation.Source.OURS).unpaid(),
    "imported": lambda rows: rows.filter(source=Citation.Source.IMPORT),
    "voids": lambda rows: rows.filter(
        pk__in=VoidRequest.objects.filter(decided_at=None).values("citation")
    ),
    "proofs": lambda rows: rows.filter(
        pk__in=CureProof.objects.filter(decided_at=None).values("citation")
    ),
}


def citation_rows(found: Sequence[Citation], *, at: datetime) -> list[CitationRow]:
    """Return one page of citations as they stand at `at`, in two queries."""
    return [
        CitationRow(now.citation, STATUSES[now.status], now.owed, now.case.fine)
        for now in citing.standings_of(found, at=at)
    ]


def citation_tabs(current: str) -> list[Tab]:
    """Return the saved views of the list of citations; `current` is the query of the one shown."""
    url = reverse("office_citations:list")
    views = [
        ("", "All"),
        ("view=unpaid", "Ours, unpaid"),
        (f"status={Status.ISSUED}", "Owed"),
        (f"status={Status.ON_APPEAL}", "On appeal"),
        (f"status={Status.ON_PLAN}", "On a plan"),
        (f"status={Status.COLLECTIONS}", "In collections"),
        (f"status={Status.PAID}", "Paid"),
        ("view=proofs", "Proofs to look at"),
        ("view=voids", "Voids to accept"),
        ("view=imported", "Imported"),
    ]
    return [
        Tab(label, f"{url}?{query}" if query else url, current=query == current)
        for query, label in views
    ]


def known_codes(*, at: datetime) -> tuple[list[str], list[str]]:
    """Return the codes of violations and of zones of the programme in force at `at`."""
    version = programme.in_force(at).programme
    return [v.code for v in version.violations], [z.code for z in version.zones]


def citation_page(citation: Citation, *, at: datetime) -> CitationPage:
    """Return all about a citation at `at`."""
    now = citing.standing_of(citation, at=at)
    return CitationPage(
        now=now,
        word=STATUSES[now.status],
        flags=flag_words(citation.flags),
        holds=list(citation.holds.filter(decided_at=None).order_by("raised_at", "pk")),
        photos=evidence.photos_of(citation),
        events=_events(citation),
        charge=charges.charge_of(citing.KIND, citation.number, at=at),
        holders=customers.holders_of(citation.plate_key, at=citation.issued_at)
        if citation.plate_key
        else [],
        links=_link_rows(citation),
        map=_map(citation),
        void_asked=VoidRequest.objects.filter(citation=citation, decided_at=None).first(),
    )


def _map(citation: Citation) -> Map | None:
    """Draw where the officer stood, in the zone as it was then; None where no phone said."""
    if citation.lat is None or citation.lon is None:
        return None
    here = {"type": "Point", "coordinates": [citation.lon, citation.lat]}
    places = [maps.Place("Written here", here, tone="bad")]
    if citation.programme_version is not None:
        version = programme.version(citation.programme_version).programme
        zone = version.zone(citation.zone_code)
        if zone is not None and zone.geometry is not None:
            places.insert(0, maps.Place(zone.code, zone.geometry, zone.name))
    return maps.draw(places, title=f"Where {citation.number} was written", width=360)


def _link_rows(citation: Citation) -> list[LinkRow]:
    links = chain.links_of(citation.number)
    wrong = chain.why_broken(links)
    return [LinkRow(link, wrong.get(link.sequence, "")) for link in links]


def plate_checks(
    *,
    text: str = "",
    verdict: str = "",
    zone: str = "",
    since: date | None = None,
    until: date | None = None,
) -> QuerySet[PlateCheck]:
    """Return the plate checks, the newest first; dates are local ones of the asking, and included."""
    rows = PlateCheck.objects.all()
    if zone:
        rows = rows.filter(zone_code=zone)
    if since is not None:
        rows = rows.filter(recorded_at__gte=midnight(since, citing.tenant_zone()))
    if until is not None:
        ends = midnight(until + timedelta(days=1), citing.tenant_zone())
        rows = rows.filter(recorded_at__lt=ends)
    if text:
        rows = rows.filter(plate_key=citing.key_in(text) or "-")
    if verdict:
        rows = rows.filter(verdict=verdict)
    return rows.order_by("-recorded_at", "-pk")


def check_rows(found: Sequence[PlateCheck]) -> list[CheckRow]:
    """Return one page of plate checks."""
    return [CheckRow(record, VERDICTS[Verdict(record.verdict)]) for record in found]


def check_row(reference: UUID) -> CheckRow:
    """Return one plate check with its word.

    :raises NotFound: if there is none.
    """
    return check_rows([checks.record(reference)])[0]


def verdict_choices() -> list[tuple[str, str]]:
    """Return the verdicts as a filter offers them."""
    return [(verdict.value, word.text) for verdict, word in VERDICTS.items()]


def _events(citation: Citation) -> list[Event]:
    tones = {"citation.paid": "good", "citation.voided": "bad", "appeal.filed": "info"}
    return [
        Event(
            event.at,
            f"{EVENTS.get(event.event, event.event)}{_said(event.data)}",
            f"{event.actor_name}. {event.reason}".strip(),
            tone=tones.get(event.event, ""),
        )
        for event in audit.events_of(citing.KIND, citation.number)
    ]


def _said(data: dict) -> str:
    if "outcome" in data:
        return f": {OUTCOMES[data['outcome']].text.lower()} ({data['appeal']})"
    if "appeal" in data:
        more = data.get("level") or data.get("reviewer")
        return f": {data['appeal']}, {more}" if more else f": {data['appeal']}"
    said = [data[key] for key in ("stage", "kind", "batch", "amount") if data.get(key)]
    return f": {', '.join(said)}" if said else ""

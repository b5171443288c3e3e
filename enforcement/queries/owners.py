"""Whose a cited vehicle was, and the batches by which registers are asked."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from enforcement.models import (
    Citation,
    CitationOwner,
    OwnerBatch,
    OwnerRecord,
    OwnerRequest,
)
from enforcement.queries import citations as citing
from enforcement.rules import owners as rules
from enforcement.rules.owners import Record, Seen
from parkops.customers import queries as customers
from parkops.customers.models import Vehicle
from parkops.kernel.decisions import NotFound
from parkops.kernel.plates import regions_match

BATCH = "owner_batch"
"""What a batch is called in the record of acts."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Who is written to about a citation: by e-mail where there is an address, else by letter."""

    name: str
    email: str = ""
    address: str = ""
    customer_id: int | None = None
    language: str = ""


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A citation of a batch with the record that is proposed for it, and what differs."""

    request: OwnerRequest
    records: tuple[OwnerRecord, ...]
    record: OwnerRecord | None
    differs: tuple[str, ...]

    @property
    def is_match(self) -> bool:
        """Whether it can be taken without a person's look."""
        return self.record is not None and not self.differs

    @property
    def is_open(self) -> bool:
        """Whether nobody has settled it."""
        return self.request.resolved_at is None


def owner_of(citation: Citation) -> Owner | None:
    """Return who owns the cited vehicle: as found, else its only holder here at that time."""
    found = CitationOwner.objects.filter(citation=citation).first()
    if found is not None:
        return Owner(found.name, found.email, found.address)
    if not citation.plate_key:
        return None
    holders = customers.holders_of(citation.plate_key, at=citation.issued_at)
    if len(holders) != 1:
        return None
    one = holders[0]
    address = "" if one.is_address_protected else one.address
    return Owner(one.name, one.email, address, one.pk, one.language)


def owner_of_vehicle(
    citations: Sequence[Citation], plate_key: str, *, at: datetime
) -> tuple[Citation, Owner] | None:
    """Return who is written to about a vehicle with these citations, and about which: its only holder here
    now, else who was found for the newest one of which an owner was."""
    holders = customers.holders_of(plate_key, at=at)
    if citations and len(holders) == 1:
        one = holders[0]
        return citations[-1], Owner(one.name, one.email, "", one.pk, one.language)
    rows = CitationOwner.objects.filter(citation__in=citations).select_related("citation")
    found = rows.order_by("-citation__issued_at", "-citation__pk").first()
    if found is None:
        return None
    return found.citation, Owner(found.name, found.email, found.address)


def without_owner() -> QuerySet[Citation]:
    """Return the citations whose owner is to be looked up, the oldest first: owed, with a plate, at some
    stage of their schedule, held by nobody here, and in no open batch."""
    held = Vehicle.objects.filter(
        plate_key=OuterRef("plate_key"), added_at__lte=OuterRef("issued_at")
    ).filter(Q(removed_at__isnull=True) | Q(removed_at__gt=OuterRef("issued_at")))
    asked = OwnerRequest.objects.filter(citation=OuterRef("pk"))
    return (
        Citation.objects.unpaid()
        .filter(source=Citation.Source.OURS, plate_missing=False, appealed_at__isnull=True)
        .filter(planned_at__isnull=True)
        .exclude(stage="")
        .exclude(Exists(held))
        .exclude(Exists(CitationOwner.objects.filter(citation=OuterRef("pk"))))
        .exclude(Exists(asked.filter(resolved_at__isnull=True)))
        .exclude(Exists(asked.filter(outcome="none")))
        .order_by("issued_at", "pk")
    )


def batches() -> QuerySet[OwnerBatch]:
    """Return the batches, newest first, with how many citations each has and how many are open."""
    still = Q(requests__resolved_at__isnull=True, requests__isnull=False)
    counted = OwnerBatch.objects.annotate(
        size=Count("requests"), left=Count("requests", filter=still)
    )
    return counted.order_by("-made_at", "-pk")


def batch(number: str) -> OwnerBatch:
    """Return the batch with this number.

    :raises NotFound: if this tenant has none.
    """
    found = OwnerBatch.objects.filter(number=citing.number_of(number)).first()
    if found is None:
        raise NotFound("There is no such batch.")
    return found


def rows(batch: OwnerBatch) -> list[RequestRow]:
    """Return the citations of a batch in order of their numbers, each with its proposal."""
    records: dict[str, list[OwnerRecord]] = defaultdict(list)
    for record in batch.records.order_by("record_on", "pk"):
        records[record.plate_key].append(record)
    asked = batch.requests.select_related("citation").order_by("citation__number")
    return [row_of(request, records[request.citation.plate_key]) for request in asked]


def row_of(request: OwnerRequest, records: Sequence[OwnerRecord]) -> RequestRow:
    """Return a citation with what is proposed among the records of its plate."""
    citation = request.citation
    fits = [one for one in records if regions_match(one.region, citation.region)]
    known = [Record(one.record_on, one.make, one.plate_expires_on) for one in fits]
    place = rules.proposed(known, citation.issued_on)
    if place is None:
        differs = ["No record on or after the day of the offense."] if fits else []
        return RequestRow(request, tuple(fits), None, tuple(differs))
    seen = Seen(citation.issued_on, citation.vehicle_seen, citation.plate_expires_on)
    found = rules.differences(seen, known[place])
    return RequestRow(request, tuple(fits), fits[place], tuple(found))


def open_batch_of(citation: Citation) -> str:
    """Return the number of the open batch that a citation is in; empty if none."""
    rows = OwnerRequest.objects.filter(citation=citation, resolved_at__isnull=True)
    return rows.values_list("batch__number", flat=True).first() or ""


def request_lines(found: Sequence[RequestRow]) -> list[list[str]]:
    """Return the file that a register is sent: a head line, then a line a citation."""
    head = ["request", "citation", "plate", "region", "offense_on", "place", "vehicle"]
    return [head] + [
        [
            str(row.request.pk),
            row.request.citation.number,
            row.request.citation.plate_text,
            row.request.citation.region,
            row.request.citation.issued_on.isoformat(),
            row.request.citation.zone_code or row.request.citation.place,
            row.request.citation.vehicle_seen,
        ]
        for row in found
    ]

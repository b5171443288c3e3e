"""What the office's pages of cameras and their reads show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from enforcement.cameras import queries, rules
from enforcement.cameras.models import Camera, PlateRead
from enforcement.cameras.rules import State
from enforcement.cameras.vendors import VENDORS
from enforcement.queries import checks
from enforcement.queries.citations import key_in
from enforcement.queries.words import VERDICTS, Word
from enforcement.rules.verdicts import Verdict
from parkops.kernel.decisions import Refused
from parkops.kernel.plates import plate_key
from parkops.programme import queries as programme
from parkops.ui.values import Tab
from permits import queries as permits

MOST_WAYS = 8
SILENT_AFTER = timedelta(days=1)
STATES = {
    State.WAITING: Word("Waits for review", "warn"),
    State.CHECKED: Word("Checked by itself", "info"),
    State.ACCEPTED: Word("Accepted", "good"),
    State.CORRECTED: Word("Corrected", "good"),
    State.REJECTED: Word("Rejected"),
}


@dataclass(frozen=True, slots=True)
class CameraRow:
    """A camera in the list: its maker, how it does, how much of what it read is there."""

    camera: Camera
    maker: str
    word: Word
    reads: int
    waiting: int


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A read in the list: its state, the verdict if it was checked, how sure the camera was."""

    read: PlateRead
    word: Word
    verdict: Word | None
    sure: str


@dataclass(frozen=True, slots=True)
class Way:
    """One way to read the plate: where it is from, and what a check of it would say."""

    plate: str
    sure: str
    source: str
    verdict: Word | None
    because: str
    is_as_read: bool


@dataclass(frozen=True, slots=True)
class ReadPage:
    """All about a read: the ways to read it while it waits, and its place among those that wait."""

    row: ReadRow
    ways: list[Way]
    before: PlateRead | None
    after: PlateRead | None
    place: int
    total: int
    erased_at: datetime | None


def camera_rows(at: datetime) -> list[CameraRow]:
    """Return the cameras, those that work first, by name."""
    rows = Camera.objects.annotate(
        read_count=Count("reads"),
        waiting_count=Count("reads", filter=Q(reads__state=State.WAITING)),
    )
    found = [
        CameraRow(
            row, VENDORS[row.vendor].name, condition(row, at), row.read_count, row.waiting_count
        )
        for row in rows.order_by("name", "pk")
    ]
    return sorted(found, key=lambda row: row.camera.switched_off_at is not None)


def condition(camera: Camera, at: datetime) -> Word:
    """Return how a camera does."""
    if camera.switched_off_at is not None:
        return Word("Switched off")
    if camera.heard_at is None:
        return Word("Never heard of", "warn")
    if at - camera.heard_at > SILENT_AFTER:
        return Word("Silent for a day", "bad")
    return Word("Works", "good")


def zone_choices(at: datetime) -> list[tuple[str, str]]:
    """Return the zones in which a camera may stand."""
    zones = programme.in_force(at).programme.zones
    return [(zone.code, f"{zone.code}, {zone.name}") for zone in zones]


def carrier_choices() -> list[tuple[str, str]]:
    """Return the cameras that others may send through, as a form offers them."""
    rows = Camera.objects.filter(through=None, switched_off_at=None).order_by("name", "pk")
    return [
        (str(row.reference), f"Through {row.name} ({VENDORS[row.vendor].name})") for row in rows
    ]


def camera_choices() -> list[tuple[str, str]]:
    """Return the cameras as a filter offers them."""
    rows = Camera.objects.order_by("name", "pk").values_list("reference", "name")
    return [(str(reference), name) for reference, name in rows]


def reads(*, view: str = "", text: str = "", camera: str = "") -> QuerySet[PlateRead]:
    """Return the reads of a view: those that wait, the oldest first; hits, or all, the newest first."""
    if view in {"hits", "all"}:
        rows = PlateRead.objects.order_by("-taken_at", "-pk")
        rows = rows.filter(is_hit=True) if view == "hits" else rows
    else:
        rows = queries.waiting()
    if text:
        key = key_in(text) or "-"
        rows = rows.filter(Q(plate_key=key) | Q(check_record__plate_key=key))
    if camera:
        rows = rows.filter(camera__reference=camera)
    return rows.select_related("camera", "check_record")


def read_tabs(view: str) -> list[Tab]:
    """Return the views of the list of reads; `view` is the one that is shown."""
    url, count = reverse("office_reads:list"), queries.waiting().count()
    return [
        Tab("Waiting", url, count=count, current=view not in {"hits", "all"}),
        Tab("Hits", f"{url}?view=hits", current=view == "hits"),
        Tab("All", f"{url}?view=all", current=view == "all"),
    ]


def read_rows(found: Sequence[PlateRead]) -> list[ReadRow]:
    """Return one page of reads."""
    return [
        ReadRow(
            read,
            STATES[State(read.state)],
            VERDICTS[Verdict(read.check_record.verdict)] if read.check_record else None,
            _sure(read.sure_share),
        )
        for read in found
    ]


def read_page(read: PlateRead, *, at: datetime) -> ReadPage:
    """Return all about a read."""
    waits = read.state == State.WAITING
    earlier = Q(taken_at__lt=read.taken_at) | Q(taken_at=read.taken_at, pk__lt=read.pk)
    waiting = queries.waiting()
    before = waiting.filter(earlier)
    after = waiting.exclude(earlier).exclude(pk=read.pk)
    return ReadPage(
        row=read_rows([read])[0],
        ways=_ways(read) if waits else [],
        before=before.last() if waits else None,
        after=after.first(),
        place=before.count() + 1 if waits else 0,
        total=waiting.count(),
        erased_at=None if read.is_hit else read.received_at + queries.settings(at).kept_for,
    )


def after(read: PlateRead) -> PlateRead | None:
    """Return the read that a reviewer looks at next: the next that waits, or the first."""
    others = queries.waiting().exclude(pk=read.pk)
    return others.filter(taken_at__gte=read.taken_at).first() or others.first()


def _ways(read: PlateRead) -> list[Way]:
    """Return the ways to read a plate: as the camera did, its candidates, and plates with a right
    there that look like it; each with what a check would say."""
    named: dict[str, tuple[str, str, str]] = {}

    def add(plate: str, sure: str, source: str) -> None:
        try:
            named.setdefault(plate_key(plate), (plate, sure, source))
        except ValueError:
            return

    add(read.plate_text, _sure(read.sure_share), "As read")
    look_alikes = _look_alikes(read)
    for one in look_alikes:
        add(one.plate, "", f"Has a right here: {one.why}")
    for candidate in read.candidates:
        add(str(candidate["plate"]), _sure(candidate["share"]), "Also possible")
    ways = list(named.items())[:MOST_WAYS]
    told = _told(read, [plate for _, (plate, _, _) in ways])
    return [
        Way(plate, sure, source, *said, key == plate_key(read.plate_text))
        for (key, (plate, sure, source)), said in zip(ways, told, strict=True)
    ]


def _look_alikes(read: PlateRead) -> list[permits.NearMiss]:
    try:
        in_force = programme.in_force(read.taken_at)
        zone = checks.zone_of(in_force, read.zone_code)
    except Refused:
        return []
    codes = [one.code for one in in_force.programme.zones_covering(zone.code)]
    key = plate_key(read.plate_text)
    found = permits.near_misses(plate_key=key, zone_codes=codes, at=read.taken_at)
    return [one for one in found if one.plate_key != key]


def _told(read: PlateRead, plates: Sequence[str]) -> list[tuple[Word | None, str]]:
    looks = [queries.look_of(read, plate, read.region) for plate in plates]
    try:
        judged = checks.judged(looks, by=programme.in_force(read.taken_at))
    except Refused as refusal:
        return [(None, str(refusal))] * len(plates)
    return [
        (VERDICTS[one.finding.verdict], " ".join(map(str, one.finding.because))) for one in judged
    ]


def _sure(share: float | None) -> str:
    return "" if share is None else rules.percent(share)

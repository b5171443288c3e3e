"""Files of counts of vehicles: their lines, their faults, their undoing, and how the office shows them."""

import io

import pytest

from enforcement.imports import mapping as mappings
from enforcement.imports import operations
from enforcement.imports.models import ImportBatch
from enforcement.models import SpaceCount
from parkops.kernel.actors import SYSTEM
from parkops.kernel.decisions import Conflict, Refused

MAP = b"""
name: doors
kind: gate
fields:
  zone: {column: Place, values: {North: LOT-A}}
  counted: {column: When, format: "%Y-%m-%d %H:%M:%S"}
  occupied: Taken
  capacity: Spaces
"""
HEAD = "Place,When,Taken,Spaces\n"


@pytest.fixture
def bring(harbor, now):
    """Import a text of counts: returns the outcome and the refusals as (line, field)."""

    def do(text, *, dry_run=False):
        refusals = []
        outcome = operations.import_counts(
            io.BytesIO(text.encode()),
            name="doors.csv",
            mapping=mappings.load_as(mappings.CountMapping, MAP),
            told=lambda: None,
            refused=refusals.append,
            dry_run=dry_run,
            by=SYSTEM,
            at=now,
        )
        return outcome, [(one.line, one.field) for one in refusals]

    return do


GOOD = HEAD + "North,2026-11-09 08:00:00,40,120\nLOT-B,2026-11-09 08:00:00,45,40\n"


def test_every_line_is_accounted_for(bring):
    text = GOOD + (
        "North,2026-11-09 08:00:00,40,120\n"
        "North,2026-11-09 08:30:00,-8,120\n"
        "North,2026-02-30 08:30:00,x,120\n"
        "Nowhere,2026-11-09 08:30:00,1,120\n"
        "North,2026-11-09\n"
        "LOT-B,2026-11-09 09:00:00,12,\n"
    )
    outcome, refusals = bring(text)
    assert (outcome.lines, outcome.imported, outcome.repeated, outcome.over) == (8, 3, 1, 1)
    assert refusals == [
        (5, "occupied"),
        (6, "counted"),
        (6, "occupied"),
        (7, "zone"),
        (8, "line"),
    ]
    batch = ImportBatch.objects.get()
    assert (batch.kind, batch.lines, batch.refused) == ("counts", 8, 4)
    kept = SpaceCount.objects.get(zone_code="LOT-A")
    assert (kept.kind, kept.occupied, kept.counted_at.hour) == ("gate", 40, 13)
    assert SpaceCount.objects.get(zone_code="LOT-B", occupied=12).capacity == 40


def test_a_line_tells_all_its_faults_at_once(bring):
    """Also that there is no such zone, whatever else is wrong with it."""
    _, refusals = bring(
        HEAD
        + "Nowhere,2026-02-30 08:30:00,x,many\n"
        + "Nowhere,2026-11-09 08:30:00,-8,0\n"
        + "Nowhere,2036-11-09 08:30:00,4,120\n"
        + "North,2026-02-30 08:30:00,-8,0\n"
    )
    assert refusals == [
        *((2, name) for name in ("zone", "counted", "occupied", "capacity")),
        *((3, name) for name in ("zone", "occupied", "capacity")),
        *((4, name) for name in ("zone", "counted")),
        *((5, name) for name in ("counted", "occupied", "capacity")),
    ]
    assert not SpaceCount.objects.exists()


def test_twice_is_once_and_a_dry_run_keeps_nothing(bring):
    assert bring(GOOD, dry_run=True)[0].imported == 2
    assert not ImportBatch.objects.exists()
    bring(GOOD)
    assert bring(GOOD)[0].known == 2
    assert SpaceCount.objects.count() == 2


def test_an_import_is_undone_once(bring, now):
    batch = bring(GOOD)[0].batch
    assert operations.undo_import(batch, by=SYSTEM, at=now) == 2
    assert not SpaceCount.objects.exists()
    with pytest.raises(Conflict):
        operations.undo_import(batch, by=SYSTEM, at=now)


def test_a_column_that_is_not_there_is_named(bring):
    with pytest.raises(Refused, match="fields.occupied: .* no column Taken; did you mean Takn"):
        bring(GOOD.replace("Taken", "Takn"))


def test_a_faulty_mapping_says_its_lines():
    with pytest.raises(mappings.FaultyMapping) as found:
        mappings.load_as(mappings.CountMapping, b"name: x\nkind: drone\nfields: {zone: a}\n")
    assert [fault.path for fault in found.value.faults] == [
        "kind",
        "fields.counted",
        "fields.occupied",
    ]


def test_the_office_shows_and_undoes_it(site, alice, bring):
    batch = bring(GOOD)[0].batch
    site.login_as(alice)
    assert "Counts" in site.get("/office/imports/").content.decode()
    shown = site.get(f"/office/imports/{batch}/").content.decode()
    assert "First counts" in shown
    assert "LOT-B" in shown
    gone = site.post(f"/office/imports/{batch}/undoing/", follow=True).content.decode()
    assert "2 counts were removed" in gone

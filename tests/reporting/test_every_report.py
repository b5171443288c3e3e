"""Every report of the catalog: made of nothing and of something, the same in every format."""

import csv
import io
import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import transaction

from enforcement.models import ReadErasure, SpaceCount
from parkops.audit import operations as audit
from parkops.kernel.actors import SYSTEM
from parkops.kernel.money import Money
from permits.models.waitlist import WaitlistEntry
from reporting.catalogue import REPORTS
from reporting.datasets import Kind, month_of
from reporting.exports import WRITERS, document
from reporting.operations.reports import dataset_of
from tests.reporting.agree import differences, written
from tests.reporting.conftest import read_json, read_pdf, read_xlsx

PERIOD = {"from": "2026-09-01", "to": "2026-11-30"}


def usd(minor: int) -> Money:
    return Money(minor, "USD")


EXPECTED = {
    ("permit-sales", "sold"): 3,
    ("permit-sales-by-zone", "sold"): 3,
    ("citations", "issued"): 8,
    ("officers", "citations"): 8,
    ("officers", "voided"): 1,
    ("violations-by-officer", "undone"): 1,
    ("citations-by-place", "standing"): 7,
    ("citations-by-hour", "issued"): 8,
    ("paid-violations", "citations"): 1,
    ("voids", "fine"): usd(10_000),
    ("appeals-by-violation", "issued"): 7,
    ("collection-rate", "issued"): 7,
    ("collection-rate", "settled"): 1,
}
"""What the tenant of these tests adds up to: three permits, eight citations, one void, one warning, one paid."""


def answers(code: str) -> dict[str, str]:
    known = {parameter.key for parameter in REPORTS[code].parameters}
    return {key: day for key, day in PERIOD.items() if key in known}


def asked(code: str, at):
    return dataset_of(code, answers(code), at=at)


def test_there_are_more_than_forty_and_each_is_told():
    assert len(REPORTS) >= 40
    for code, report in REPORTS.items():
        assert code == report.code
        assert report.section, code
        assert report.about.endswith("."), code
        assert not [column.title for column in report.columns if not column.told], code
        keys = [column.key for column in report.columns]
        assert len(keys) == len({*keys}), code
        titles = [column.title for column in report.columns]
        assert len(titles) == len({*titles}), code


@pytest.mark.parametrize("code", sorted(REPORTS))
def test_it_is_made_of_nothing(harbor, code, now):
    dataset = dataset_of(code, {}, at=now)
    assert len(dataset.totals) == len(dataset.columns) > 1
    assert {*dataset.columns} <= {*REPORTS[code].columns}


def test_it_says_what_there_is(busy, now):
    at = now + timedelta(hours=1)
    found = {}
    for code, key in EXPECTED:
        dataset = asked(code, at)
        keys = [column.key for column in dataset.columns]
        found[code, key] = dataset.totals[keys.index(key)]
    assert found == EXPECTED


def test_four_formats_of_each_say_the_same(busy, now, harbor):
    wrong, empty = [], 0
    for code in REPORTS:
        dataset = replace(asked(code, now + timedelta(hours=1)), made_at=now, made_by="Alice Admin")
        empty += not dataset.rows
        wrong += [f"{code}: {one}" for one in differences(dataset, written(dataset, harbor))]
    assert not wrong
    assert empty < len(REPORTS) - 30


CODE = re.compile(r"[a-z]+([._][a-z]+)+|[{\\[].*")


def test_what_people_read_is_said_in_words(busy, now):
    """No code of the program itself, such as permit.sold or blocked_way, and no JSON."""
    found = 0
    for code in REPORTS:
        dataset = asked(code, now + timedelta(hours=1))
        for place, column in enumerate(dataset.columns):
            texts = {row[place] for row in dataset.rows if column.kind is Kind.TEXT}
            codes = {text for text in texts if CODE.fullmatch(text)}
            assert not codes, (code, column.key)
            found += len(texts)
    assert found > 100


def test_charts_say_what_they_are_by(busy, now):
    for code in REPORTS:
        title = asked(code, now + timedelta(hours=1)).chart_title
        assert not re.search(r" by (name|for|about|what|who|paid by|sold to|ran)$", title), code


def test_a_place_in_line_is_counted_from_one(harbor, now, person):
    for n, (kind, priority) in enumerate([("A", 0), ("A", 5), ("B", 0), ("A", 0)]):
        WaitlistEntry.objects.create(
            customer=person(f"p{n}"),
            type_code=kind,
            type_key=kind.lower(),
            priority=priority,
            seat=1_793_840_460_000_000,
            joined_at=now + timedelta(minutes=n),
        )
    dataset = asked("waitlist-people", now + timedelta(hours=1))
    keys = [column.key for column in dataset.columns]
    shown = [(row[0], row[keys.index("place")], row[keys.index("joined")]) for row in dataset.rows]
    minutes = [(kind, place, (at - now) // timedelta(minutes=1)) for kind, place, at in shown]
    assert minutes == [("A", 1, 1), ("A", 2, 0), ("A", 3, 3), ("B", 1, 2)]


def test_a_chart_of_shares_is_their_mean(harbor, now):
    """Two zones half and wholly full are 75 % full in the mean, and not 150 %."""
    for zone, taken in (("LOT-A", 50), ("LOT-B", 100)):
        SpaceCount.objects.create(
            zone_code=zone,
            kind="manual",
            counted_at=now,
            recorded_at=now,
            recorded_by="Oda",
            occupied=taken,
            capacity=100,
        )
    dataset = asked("occupancy-counted", now + timedelta(hours=1))
    assert dataset.chart_title == "Occupancy by hour, % on average"
    assert dataset.chart == [("10:00", 75.0)]


class TestAuditLog:
    def rows(self, at, **given):
        dataset = dataset_of("audit-log", PERIOD | given, at=at)
        keys = [column.key for column in dataset.columns]
        return [dict(zip(keys, row, strict=True)) for row in dataset.rows]

    def test_more_is_told_in_words_on_the_tenants_clocks(self, harbor, now):
        with transaction.atomic():
            audit.record(
                "citation.stage_reached",
                subject=("boot_case", "B-1"),
                actor=SYSTEM,
                at=now,
                amount="85.00",
                due_at="2026-11-30T16:00:00+00:00",
                on="2026-11-12",
                flags=[],
                zones=["LOT-A", "LOT-B"],
                reached={"old_stage": "", "is_late": True, "count": 0},
                because=["It is late."],
                said={"It is late.": {"say": "It is late."}},
            )
        row = next(row for row in self.rows(now) if row["reference"] == "B-1")
        assert (row["what"], row["kind"]) == ("Citation stage reached", "Boot case")
        assert row["data"] == (
            "On: 12 Nov 2026; zones: LOT-A, LOT-B; amount: 85.00; due at: 30 Nov 2026, 11:00; "
            "because: It is late.; reached: (count 0, is late yes, old stage none)"
        )

    @pytest.mark.parametrize("what", ["citation.st", "Citation st", "citation_st"])
    def test_an_act_is_found_as_it_is_shown_or_recorded(self, harbor, now, what):
        with transaction.atomic():
            for event in ("citation.stage_reached", "citation.voided"):
                audit.record(event, subject=("citation", "C-1"), actor=SYSTEM, at=now)
        assert [row["what"] for row in self.rows(now, what=what)] == ["Citation stage reached"]


ISO_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}")
ISO_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}(-[0-9]{2})?")


class TestTimes:
    def test_they_are_no_texts(self, busy, now):
        """An instant, a day and a month are told as such, so that people read them as everywhere else."""
        ReadErasure.objects.create(
            ran_at=now, before_at=now - timedelta(days=30), erased=3, pictures=2, left=1
        )
        found = {Kind.INSTANT: 0, Kind.MONTH: 0}
        for code in REPORTS:
            dataset = asked(code, now + timedelta(hours=1))
            for place, column in enumerate(dataset.columns):
                for cell in (row[place] for row in dataset.rows):
                    is_instant = isinstance(cell, datetime)
                    assert column.kind is Kind.INSTANT or not is_instant, (code, column.key)
                    if column.kind is Kind.INSTANT:
                        assert isinstance(cell, datetime | None), (code, column.key)
                        found[Kind.INSTANT] += cell is not None
                    elif column.kind is Kind.MONTH:
                        assert cell is None or month_of(cell), (code, column.key)
                        found[Kind.MONTH] += cell is not None
                    elif column.key != "reference" and isinstance(cell, str):
                        assert not ISO_TIME.match(cell), (code, column.key, cell)
                        assert not ISO_MONTH.fullmatch(cell), (code, column.key, cell)
            for label, _ in dataset.chart:
                assert not ISO_MONTH.match(label), (code, label)
        assert min(found.values()) > 5

    @pytest.mark.parametrize("laid_out", [0, 900])
    def test_people_read_them_in_letters_and_programs_as_iso(
        self, busy, now, harbor, monkeypatch, laid_out
    ):
        """On both kinds of paper; the digest is that of the CSV, whatever paper says."""
        monkeypatch.setattr(document, "MOST_LAID_OUT", laid_out)
        acts, sales = (
            replace(asked(code, now + timedelta(hours=1)), made_at=now, made_by="Alice Admin")
            for code in ("audit-log", "permit-sales")
        )
        for dataset, on_paper, in_files in (
            (acts, "10 Nov 2026, 10:15", "2026-11-10 10:15"),
            (sales, "Nov 2026", "2026-11"),
        ):
            files = {form: WRITERS[form][0](dataset, harbor) for form in WRITERS}
            paper = read_pdf(files["pdf"])
            assert on_paper in paper
            assert in_files not in paper
            lines = [*csv.reader(io.StringIO(files["csv"].decode("utf-8-sig")))]
            column = next(
                place
                for place, one in enumerate(dataset.columns)
                if one.kind in (Kind.INSTANT, Kind.MONTH)
            )
            assert in_files in {line[column] for line in lines}
            key = dataset.columns[column].key
            assert in_files in {row[key] for row in read_json(files["json"])["rows"]}
        assert "2026-11" in {row[0] for row in read_xlsx(WRITERS["xlsx"][0](sales, harbor)).rows}

    def test_the_preview_says_them_as_every_page(self, site, alice, busy):
        site.login_as(alice)
        for code, shown, hidden in (
            ("permit-sales", ">Nov 2026</time>", ">2026-11<"),
            ("audit-log", ">10 Nov 2026, 10:15</time>", ">2026-11-10 10:15<"),
        ):
            part = site.get(
                f"/office/reports/{code}/",
                {**PERIOD, "format": "pdf", "preview": ""},
                headers={"HX-Request": "true"},
            )
            text = part.content.decode()
            assert shown in text, code
            assert hidden not in text, code

"""Every report of the catalog: made of nothing and of something, the same in every format."""

from dataclasses import replace
from datetime import timedelta

import pytest

from parkops.kernel.money import Money
from reporting.catalogue import REPORTS
from reporting.operations.reports import dataset_of
from tests.reporting.agree import differences, written

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
        keys = [column.key for column in report.columns]
        assert len(keys) == len({*keys}), code
        titles = [column.title for column in report.columns]
        assert len(titles) == len({*titles}), code


@pytest.mark.parametrize("code", sorted(REPORTS))
def test_it_is_made_of_nothing(harbor, code, now):
    dataset = dataset_of(code, {}, at=now)
    assert len(dataset.totals) == len(dataset.columns) > 1


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

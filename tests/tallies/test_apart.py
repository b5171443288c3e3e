"""Figures that are told apart: by zone, by person; and sums within a span."""

from datetime import timedelta

import pytest

from parkops.kernel.tallies import EVER, of
from parkops.tallies import operations, queries, truths
from parkops.tallies.models import Tally
from parkops.tallies.truths import Truth

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
ODD = ("LOT/B", "lot-b", "LOT-B", "Zürich 0", "~", "")
_ROWS = """
SELECT concat('hats_of/', split_part(name, '/', 2)), %(ever)s::timestamptz, sum(n)
  FROM tallies_tally WHERE name LIKE 'hat/%%' GROUP BY 1
"""
HATS = Truth(("hats_of",), (), _ROWS)


@pytest.fixture
def hats(monkeypatch):
    """A figure of hats by who has one; hats are rows that no figure counts."""
    monkeypatch.setattr(truths, "_truths", [*truths.registered(), HATS])


class TestApart:
    @pytest.mark.parametrize("whom", ODD)
    def test_each_is_told_whatever_it_is_called(self, harbor, now, whom):
        operations.add({(of("hats_of", whom), EVER): 2, (of("hats_of", "x"), EVER): 1})
        operations.add({("hats_of0", EVER): 5, ("hats_off/x", EVER): 5, ("hats_of", EVER): 5})
        found = queries.apart({"hats_of": queries.until(now)})
        assert found == {"hats_of": {whom: 2, "x": 1}}

    def test_what_is_none_is_left_out_and_time_counts(self, harbor, now):
        name = of("hats_of", "x")
        operations.add({(name, now): 1, (name, now + HOUR): -1})
        assert queries.apart({"hats_of": queries.until(now - HOUR)}) == {"hats_of": {}}
        assert queries.apart({"hats_of": queries.until(now)}) == {"hats_of": {"x": 1}}
        assert queries.apart({"hats_of": queries.until(now + HOUR)}) == {"hats_of": {}}

    def test_the_check_mends_each(self, hats, harbor, now):
        for name in ("hat/ana", "hat/ana", "hat/ben"):
            Tally.objects.create(name=name, at=now, n=1)
        operations.add({(of("hats_of", "ana"), EVER): 2, (of("hats_of", "cy"), now): 1})
        found = operations.check(at=now)
        assert {(name, n) for name, _, n in found.drifts} == {
            ("hats_of/ben", 1),
            ("hats_of/cy", -1),
        }
        assert queries.apart({"hats_of": queries.until(now)}) == {"hats_of": {"ana": 2, "ben": 1}}
        operations.add_up(at=now)
        assert operations.check(at=now).drifted == 0


def test_sums_are_of_their_span_with_both_its_ends(harbor, now):
    operations.add({("hats", now + n * HOUR): 10**n for n in range(4)})
    asked = {"hats": (now + HOUR, now + 2 * HOUR), "coats": (now, now)}
    assert queries.sums(asked) == {"hats": 110, "coats": 0}
    assert queries.sums({"hats": queries.until(now)}) == {"hats": 1}

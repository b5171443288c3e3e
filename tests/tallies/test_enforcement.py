"""What enforcement keeps: as its lists count at every instant, whatever was done, and as the rows alone say."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from django.db.models import Count

from enforcement.models import Appeal
from enforcement.operations import appeals, assigning, citations, reopening
from enforcement.queries import appeal_pages
from enforcement.rules import counting
from parkops.kernel.actors import PUBLIC, SYSTEM
from parkops.kernel.dates import local_date
from parkops.kernel.tallies import EVER
from parkops.programme import queries as programme
from parkops.tallies import operations
from parkops.tallies.models import Tally
from reporting.queries import desks
from tests.enforcement.test_appeals import decide, file, issue

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
AHEAD = [DAY * n for n in (0, 2, 8, 11, 12, 13, 15, 40, 400)]


def of_appeals(at):
    """What the lists of appeals count at `at`."""
    today = local_date(at, programme.in_force(at).programme.tz)

    def listed(view):
        return appeal_pages.appeals(view, me="", today=today)

    queues = listed("").exclude(reviewer_ref="").values_list("reviewer_ref")
    return {
        "appeals_due": listed("due").count(),
        "appeals_with_nobody": listed("unassigned").count(),
        "appeals_to_hear": listed("hearing").count(),
        "appeals_of": dict(queues.order_by("reviewer_ref").annotate(n=Count("pk"))),
    }


def listed(at):
    return of_appeals(at)


def kept(at):
    seen = desks.look(at)
    return {name: getattr(seen, name) for name in listed(at)}


@pytest.fixture
def some(harbor, rita, alice, now):
    """Citations, and appeals to which everything has happened that can."""
    file(issue(plate="AB 1"))
    heard = issue(plate="AB 2")
    decide(file(heard))
    file(heard, at=now + HOUR)
    decide(file(issue(plate="AB 3")), "dismissed")
    appeals.withdraw_appeal(file(issue(plate="AB 4")).number, by=PUBLIC, at=now)
    appeals.close_appeal(file(issue(plate="AB 5")).number, reason="x", by=SYSTEM, at=now)
    for plate in ("AB 6", "AB 7"):
        voided = issue(plate=plate)
        file(voided)
        citations.void_citation(voided.number, reason="x", by=SYSTEM, at=now)
    reopening.reopen_citation(voided.number, reason="x", by=SYSTEM, at=now + HOUR)
    moved, freed = (file(issue(plate=plate)) for plate in ("AB 8", "AB 9"))
    for to in (str(alice.pk), str(rita.pk), str(alice.pk)):
        assigning.assign_appeal(moved.number, to=to, by=SYSTEM, at=now)
    assigning.assign_appeal(freed.number, to="", by=SYSTEM, at=now)
    for days in (9, 5):
        earlier = now - days * DAY
        last = file(issue(plate=f"EARLY {days}", at=earlier), at=earlier)
    return last


class TestAppeals:
    @pytest.mark.parametrize(
        ("told", "names"),
        [
            ({}, {"appeals_waiting", "appeals_with_nobody", "appeals_by_day/"}),
            ({"reviewer_ref": "7"}, {"appeals_waiting", "appeals_of/7", "appeals_by_day/"}),
            (
                {"is_heard": True, "decide_on": date(2026, 11, 9)},
                {
                    "appeals_waiting",
                    "appeals_with_nobody",
                    "appeals_to_hear",
                    "appeals_by_day/2026-11-09",
                },
            ),
            ({"is_decided": True, "is_heard": True, "reviewer_ref": "7"}, set()),
        ],
    )
    def test_one_adds(self, told, names):
        plain = {"is_decided": False, "reviewer_ref": "", "is_heard": False, "decide_on": None}
        assert counting.appeal(**plain | told) == {(name, EVER): 1 for name in names}


class TestEverything:
    def test_is_what_the_lists_count_now_and_at_every_instant_ahead(self, some, now):
        found = []
        for ahead in AHEAD:
            at = now + 2 * HOUR + ahead
            assert kept(at) == listed(at)
            found.append(kept(at)["appeals_due"])
        assert len(set(found)) > 2

    def test_a_day_begins_with_its_first_second(self, some, now):
        days = Appeal.objects.filter(decided_at=None).values_list("decide_on", flat=True)
        for day in set(days):
            begins = datetime(day.year, day.month, day.day, 5, tzinfo=UTC) - appeal_pages.SOON
            before, after = (kept(begins - timedelta(seconds=n)) for n in (1, 0))
            assert before == listed(begins - timedelta(seconds=1))
            assert after == listed(begins)
            assert before["appeals_due"] < after["appeals_due"]

    def test_nothing_drifted(self, some, now):
        assert operations.check(at=now + 2 * HOUR).drifts == []

    def test_counted_from_the_rows_alone_it_is_the_same(self, some, now):
        ahead = [now + 2 * HOUR + more for more in AHEAD]
        before = [kept(at) for at in ahead]
        Tally.objects.all().delete()
        operations.begin(at=ahead[0])
        assert [kept(at) for at in ahead] == before

    def test_what_is_undone_adds_nothing(self, some, now):
        @transaction.atomic
        def fail():
            file(issue(plate="AB 99"))
            raise RuntimeError

        before = kept(now)
        with pytest.raises(RuntimeError):
            fail()
        assert kept(now) == before == listed(now)

    def test_rows_that_no_act_would_write_give_what_the_lists_count(self, some, now):
        Appeal.objects.filter(pk=some.pk).update(decide_on=None, is_heard=True, reviewer_ref="x/y")
        assert operations.check(at=now).drifted > 0
        for ahead in AHEAD:
            assert kept(now + ahead) == listed(now + ahead)
        assert kept(now)["appeals_of"]["x/y"] == 1

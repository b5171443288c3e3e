"""Limits of figures: when they are crossed, who is told and how often, who may set them."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.cache import cache
from hypothesis import assume, given
from hypothesis import strategies as st

from parkops.kernel.actors import Actor
from parkops.kernel.decisions import NotFound, Refused
from parkops.kernel.permissions import Role
from parkops.messaging.models import Message
from payments import operations as payments
from reporting import tasks
from reporting.dashboards.limits import Limit, hours_of, may_hold_in, may_limit
from reporting.models import FigureLimit
from reporting.operations import limits as operations
from reporting.queries import desks, live

BY = Actor("staff", "1", "Alice Admin")
AMOUNTS = st.integers(0, 10**6)
WALLS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1))  # noqa: DTZ001
DIRECTIONS = st.sampled_from(["over", "under"])


class TestLimit:
    @pytest.mark.parametrize(
        ("direction", "amount", "value", "beyond", "back"),
        [
            ("over", 0, 0, False, True),
            ("over", 0, 1, True, False),
            ("over", 10, 10, False, False),
            ("over", 10, 11, True, False),
            ("over", 10, 9, False, True),
            ("under", 10, 10, False, False),
            ("under", 10, 9, True, False),
            ("under", 10, 11, False, True),
        ],
    )
    def test_is_beyond_past_it_and_back_well_within(self, direction, amount, value, beyond, back):
        limit = Limit(direction, amount)
        assert (limit.is_beyond(value), limit.is_back(value)) == (beyond, back)

    @given(DIRECTIONS, AMOUNTS, AMOUNTS)
    def test_is_never_beyond_and_back_at_once(self, direction, amount, value):
        limit = Limit(direction, amount)
        assert not (limit.is_beyond(value) and limit.is_back(value))

    @given(DIRECTIONS, st.integers(1, 1000))
    def test_a_figure_that_trembles_around_it_crosses_it_once(self, direction, amount):
        limit, step = Limit(direction, amount), 1 if direction == "over" else -1
        crossings, was = 0, False
        for value in [amount, amount + step] * 5:
            now = limit.after(value, was_crossed=was)
            crossings += now and not was
            was = now
        assert crossings == 1

    def test_what_begins_at_nothing_each_midnight_is_not_under(self):
        assert may_limit(direction="over", counts_up=True, is_own=False)
        assert not may_limit(direction="under", counts_up=True, is_own=False)
        assert not may_limit(direction="over", counts_up=False, is_own=True)


class TestHours:
    ZONE = ZoneInfo("America/New_York")

    @pytest.mark.parametrize(
        ("days", "begins", "ends", "hours", "said"),
        [
            ([], None, None, "", "under 5"),
            (range(7), None, None, "", "under 5"),
            (range(5), 600, 960, "Mon-Fri 10:00-16:00", "under 5, Mon-Fri 10:00-16:00"),
            ([5, 6], None, None, "Sat-Sun", "under 5, Sat-Sun"),
            ([], 600, None, "10:00-24:00", "under 5, daily 10:00-24:00"),
            ([4], 1320, 120, "Fri 22:00-02:00", "under 5, Fri 22:00-02:00"),
        ],
    )
    def test_are_written_and_said(self, days, begins, ends, hours, said):
        assert hours_of(frozenset(days), begins, ends) == hours
        assert Limit("under", 5, hours).text("5") == said
        assert may_hold_in(hours)

    @given(st.frozensets(st.integers(0, 6)), st.integers(0, 1439), st.integers(0, 1439), WALLS)
    def test_are_read_back_as_they_were_chosen(self, days, begins, ends, wall):
        assume(begins != ends)
        limit = Limit("over", 1, hours_of(days, begins, ends))
        minute, day = wall.hour * 60 + wall.minute, wall.weekday()
        chosen = days or frozenset(range(7))
        if begins < ends:
            expected = day in chosen and begins <= minute < ends
        else:
            expected = (day in chosen and minute >= begins) or (
                (day - 1) % 7 in chosen and minute < ends
            )
        at = wall.replace(tzinfo=UTC)
        assert limit.is_watched(at, ZoneInfo("UTC")) is expected

    def test_by_the_clocks_of_the_tenant(self):
        limit = Limit("under", 5, "Mon-Fri 10:00-16:00")
        monday = datetime(2026, 11, 9, 15, 0, tzinfo=UTC)
        assert limit.is_watched(monday, self.ZONE)
        assert not limit.is_watched(monday - timedelta(minutes=1), self.ZONE)
        assert not limit.is_watched(monday - timedelta(days=1), self.ZONE)

    def test_outside_them_nothing_is_crossed(self):
        limit = Limit("over", 5)
        assert not limit.after(9, was_crossed=True, is_watched=False)
        assert not limit.after(9, was_crossed=False, is_watched=False)

    @pytest.mark.parametrize(
        ("hours", "allowed"),
        [
            ("10:00-16:00", True),
            ("Mon-Fri 10:00-24:00", True),
            ("Mon-Fri", False),
            ("00:00-16:00", False),
            ("22:00-02:00", False),
        ],
    )
    def test_what_counts_up_is_under_only_in_hours_after_midnight(self, hours, allowed):
        told = may_limit(direction="under", counts_up=True, is_own=False, hours=hours)
        assert bool(told) is allowed

    @pytest.mark.parametrize("hours", ["soon", "Mon 25:00-26:00"])
    def test_other_words_are_none(self, hours):
        assert may_hold_in(hours).field == "hours"


@pytest.mark.django_db
class TestWatching:
    @pytest.fixture
    def limit(self, alice, now):
        """No drawer should wait for its second person; the accountants are told."""

        def make(**other):
            told = {
                "figure": "to_sign",
                "direction": "over",
                "amount": 0,
                "tone": "bad",
                "for_all": True,
                "by_mail": True,
                "told_role": "accountant",
                **other,
            }
            return operations.set_limit(**told, user=alice, by=BY, at=now)

        return make

    @pytest.fixture
    def counted(self, harbor, now):
        """Count a drawer, which then waits."""

        def count(name="Window 1"):
            clerk = Actor("staff", name[-1], "Clara Clerk")
            from parkops.kernel.money import Money

            drawer = payments.open_drawer(name=name, float_=Money(0, "USD"), by=clerk, at=now)
            payments.close_drawer(
                drawer.public_id, counted=Money(0, "USD"), pieces=[], by=clerk, at=now
            )
            return drawer.public_id

        return count

    def watch(self, at) -> int:
        cache.delete_many([*live.SHARED.keys, *desks.SHARED.keys])
        return operations.watch_limits(at=at)

    def told(self) -> list[tuple[str, str]]:
        rows = Message.objects.filter(event="dashboard.crossed").order_by("pk")
        return [(row.to, row.subject) for row in rows]

    def test_tells_once_until_it_is_back(self, limit, counted, amos, now):
        limit()
        assert self.watch(now) == 0
        drawer = counted()
        assert self.watch(now + timedelta(minutes=1)) == 1
        assert self.watch(now + timedelta(minutes=2)) == 0
        once = [("amos@harbor.example", "Drawers to sign off: 1, over 0")]
        assert self.told() == once
        assert FigureLimit.objects.get().crossed_at == now + timedelta(minutes=1)
        payments.sign_drawer(drawer, by=Actor("staff", "7", "Amos"), at=now)
        self.watch(now + timedelta(minutes=3))
        assert FigureLimit.objects.get().crossed_at is None
        counted("Window 2")
        assert self.watch(now + timedelta(minutes=4)) == 1
        assert self.told() == once * 2

    def test_a_task_run_twice_tells_once(self, limit, counted, amos, harbor, now):
        limit()
        counted()
        with time_machine.travel(now, tick=False):
            for _ in range(2):
                tasks.watch_limits.run(schema=harbor.schema_name)
        assert len(self.told()) == 1

    def test_one_with_hours_is_crossed_in_them_only_and_told_each_time(
        self, limit, counted, amos, now
    ):
        limit(hours="Tue 10:00-11:00")  # now is on a Tuesday, past ten
        counted()
        assert self.watch(now - timedelta(hours=2)) == 0
        assert self.watch(now) == 1
        assert self.watch(now + timedelta(hours=2)) == 0
        assert FigureLimit.objects.get().crossed_at is None
        assert self.watch(now + timedelta(days=7)) == 1
        said = "Drawers to sign off: 1, over 0, Tue 10:00-11:00"
        assert [subject for _, subject in self.told()] == [said] * 2

    def test_one_with_hours_colors_and_is_said_in_them_only(self, limit, counted, site, amos, now):
        limit(hours="Tue 10:00-11:00")
        counted()
        for at, is_beyond in ((now, True), (now + timedelta(hours=2), False)):
            cache.delete_many(desks.SHARED.keys)
            with time_machine.travel(at, tick=False):
                text = site.login_as(amos).get("/office/").content.decode()
            assert ("Beyond a limit." in text) is is_beyond
            assert ("over 0, Tue 10:00-11:00" in text) is is_beyond

    def test_other_hours_are_another_limit(self, limit):
        first = limit()
        assert limit(hours="Sat").pk != first.pk
        assert limit(hours="Sat", amount=4).amount == 4
        assert FigureLimit.objects.count() == 2
        with pytest.raises(Refused):
            limit(hours="whenever")

    def test_an_older_look_that_ends_later_changes_nothing(self, limit, counted, amos, now):
        limit()
        older = operations.look_of_all(now)
        counted()
        assert self.watch(now + timedelta(minutes=1)) == 1
        assert operations.note_crossings(older) == 0
        assert self.watch(now + timedelta(minutes=2)) == 0
        assert len(self.told()) == 1
        assert FigureLimit.objects.get().crossed_at == now + timedelta(minutes=1)

    def test_an_older_look_does_not_tell_of_what_is_over(self, limit, counted, amos, now):
        limit()
        drawer = counted()
        self.watch(now)
        cache.delete_many(desks.SHARED.keys)
        older = operations.look_of_all(now + timedelta(minutes=1))
        payments.sign_drawer(drawer, by=Actor("staff", "7", "Amos"), at=now)
        self.watch(now + timedelta(minutes=2))
        assert operations.note_crossings(older) == 0
        assert len(self.told()) == 1

    def test_without_limits_hardly_anything_is_asked(
        self, harbor, now, django_assert_max_num_queries
    ):
        with django_assert_max_num_queries(2):
            assert operations.watch_limits(at=now) == 0

    def test_ones_own_is_told_to_oneself(self, limit, counted, alice, now):
        limit(for_all=False, told_role="")
        counted()
        self.watch(now)
        assert [to for to, _ in self.told()] == [alice.email]

    def test_who_may_no_longer_see_the_figure_is_not_told(self, limit, counted, rita, now):
        limit(told_role=Role.REVIEWER.value)
        counted()
        assert self.watch(now) == 1
        assert self.told() == []

    def test_setting_it_twice_is_once_and_another_amount_takes_its_place(self, limit):
        first = limit()
        assert limit().pk == first.pk
        assert limit(amount=3).amount == 3
        assert FigureLimit.objects.count() == 1

    def test_colours_the_figure_and_stands_in_a_notice(self, limit, counted, site, amos, now):
        limit()
        counted()
        with time_machine.travel(now, tick=False):
            self.watch(now)
            cache.delete_many(desks.SHARED.keys)
            text = site.login_as(amos).get("/office/").content.decode()
        assert "Beyond a limit." in text
        assert '<div class="stat" data-tone="bad" id="to_sign">' in text
        assert "over 0" in text

    def test_is_not_shown_to_who_may_not_see_its_figure(self, limit, counted, site, rita, now):
        limit()
        counted()
        self.watch(now)
        assert "Beyond a limit." not in site.login_as(rita).get("/office/").content.decode()

    def test_only_an_administrator_sets_one_for_all(self, clara, now):
        told = {
            "figure": "held",
            "direction": "over",
            "amount": 5,
            "tone": "warn",
            "by_mail": False,
        }
        with pytest.raises(Refused):
            operations.set_limit(**told, for_all=True, user=clara, by=BY, at=now)
        other = {**told, "figure": "books"}
        with pytest.raises(NotFound):
            operations.set_limit(**other, for_all=False, user=clara, by=BY, at=now)

    def test_anothers_cannot_be_removed(self, limit, clara, alice, now):
        own = limit(for_all=False, told_role="")
        with pytest.raises(NotFound):
            operations.remove_limit(own.reference, user=clara, by=BY, at=now)
        for _ in range(2):
            operations.remove_limit(own.reference, user=alice, by=BY, at=now)
        assert not FigureLimit.objects.exists()


@pytest.mark.django_db
class TestThePage:
    PATH = "/office/limits/"

    @pytest.mark.parametrize("path", [PATH, "/office/wall/screens/", "/office/present/"])
    def test_it_stands_under_today(self, site, alice, path):
        shown = site.login_as(alice).get(path).content.decode()
        assert '<a href="/office/">Today</a>' in shown
        assert re.search(r'href="/office/"[^>]*aria-current="(page|true)"', shown)

    def test_sets_one_and_removes_it(self, site, amos):
        site.login_as(amos)
        told = {"figure": "taken", "direction": "over", "amount": "1,500.00", "tone": "warn"}
        assert site.post(self.PATH, told).status_code == 302
        limit = FigureLimit.objects.get()
        assert (limit.amount, limit.owner_id) == (150_000, amos.pk)
        assert "Over $1,500.00" in site.get(self.PATH).content.decode()
        site.post(f"{self.PATH}{limit.reference}/removal/")
        assert not FigureLimit.objects.exists()

    def test_sets_one_for_hours_and_says_it(self, site, clara):
        site.login_as(clara)
        told = {"figure": "sold", "direction": "under", "amount": "5", "tone": "warn"}
        hours = {"days": ["0", "1", "2", "3", "4"], "begins": "10:00", "ends": "16:00"}
        assert site.post(self.PATH, told | hours).status_code == 302
        assert FigureLimit.objects.get().hours == "Mon-Fri 10:00-16:00"
        assert "Under 5, Mon-Fri 10:00-16:00" in site.get(self.PATH).content.decode()

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"begins": "ten"}, "such as 10:00"),
            ({"begins": "10:00", "ends": "10:00"}, "would end when it begins"),
            ({"amount": "many"}, "Give a number such as 10"),
            ({"amount": "-1"}, "Give a number from 0"),
            ({"direction": "under"}, "begins at nothing each midnight"),
            ({"figure": "books"}, "Select a valid choice"),
        ],
    )
    def test_says_what_is_wrong(self, site, clara, wrong, said):
        told = {"figure": "sold", "direction": "over", "amount": "5", "tone": "warn", **wrong}
        answer = site.login_as(clara).post(self.PATH, told)
        assert answer.status_code == 422
        assert said in answer.content.decode()

    def test_another_tenant_has_none_of_it(self, site, other_site, alice, charlie, now):
        limit = operations.set_limit(
            figure="jobs",
            direction="over",
            amount=0,
            tone="bad",
            for_all=True,
            by_mail=False,
            user=alice,
            by=BY,
            at=now,
        )
        other_site.login_as(charlie)
        assert "Failed jobs</b>" not in other_site.get(self.PATH).content.decode()
        other_site.post(f"{self.PATH}{limit.reference}/removal/")
        assert FigureLimit.objects.filter(pk=limit.pk).exists()

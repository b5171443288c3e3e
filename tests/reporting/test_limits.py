"""Limits of figures: when they are crossed, who is told and how often, who may set them."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from hypothesis import given
from hypothesis import strategies as st

from parkops.kernel.actors import Actor
from parkops.kernel.decisions import NotFound, Refused
from parkops.kernel.permissions import Role
from parkops.messaging.models import Message
from payments import operations as payments
from reporting import tasks
from reporting.dashboards.limits import Limit, may_limit
from reporting.models import FigureLimit
from reporting.operations import limits as operations
from reporting.queries import desks, live

BY = Actor("staff", "1", "Alice Admin")
AMOUNTS = st.integers(0, 10**6)
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
        cache.delete_many([live.VERSION, live.FIGURES, desks.VERSION, desks.FIGURES])
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
        cache.delete_many([desks.VERSION, desks.FIGURES])
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
            cache.delete_many([desks.VERSION, desks.FIGURES])
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

    def test_sets_one_and_removes_it(self, site, amos):
        site.login_as(amos)
        told = {"figure": "taken", "direction": "over", "amount": "1,500.00", "tone": "warn"}
        assert site.post(self.PATH, told).status_code == 302
        limit = FigureLimit.objects.get()
        assert (limit.amount, limit.owner_id) == (150_000, amos.pk)
        assert "Over $1,500.00" in site.get(self.PATH).content.decode()
        site.post(f"{self.PATH}{limit.reference}/removal/")
        assert not FigureLimit.objects.exists()

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
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

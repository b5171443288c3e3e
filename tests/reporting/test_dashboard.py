"""The dashboard: who sees it, what it answers when nothing changed, what it costs."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_tenants.utils import tenant_context

from enforcement.rules import counting
from parkops.audit import operations as audit
from parkops.kernel.actors import SYSTEM
from parkops.programme import queries as programme
from parkops.tallies import operations as tallies
from payments.models import Payment
from permits.models import Permit
from permits.models.permits import status_q
from permits.rules.status import Status
from reporting.queries import desks, feed, live, news, sharing
from tests.conftest import Site, _tenant

pytestmark = pytest.mark.django_db

WHOLE = '<div id="desk"'


def is_present(version: str, at: datetime) -> bool:
    """Whether a page that shows this version is told that nothing is new."""
    return news.is_present(version, news.found(at))


class TestToday:
    def test_shows_the_day_to_an_administrator(self, site, alice):
        answer = site.login_as(alice).get("/office/")
        assert answer.status_code == 200
        assert "Permits in force" in answer.content.decode()

    def test_a_warning_is_no_citation_of_nothing(self, harbor, cite, now):
        cited, warned = cite("AAA 1"), cite("BBB 2", warning=True)
        rules = programme.in_force(now).programme
        told = {one.url: one for one in feed.just_now(now, rules=rules, kinds=["citation"])}
        shown = [told[f"/office/citations/{one.number}/"] for one in (cited, warned)]
        assert [one.text for one in shown] == [
            f"{cited.number} cited in LOT-B",
            f"{warned.number} warned in LOT-B",
        ]
        assert [one.amount is None for one in shown] == [False, True]

    def test_refuses_an_officer(self, site, bob):
        assert site.login_as(bob).get("/office/").status_code == 403

    def test_asks_a_stranger_to_sign_in(self, site):
        answer = site.get("/office/")
        assert answer.status_code == 302
        assert "/login/" in answer["Location"]


class TestLive:
    def test_says_nothing_when_nothing_changed(self, site, alice):
        site.login_as(alice)
        first = site.get("/office/live/")
        assert first.status_code == 200
        again = site.get(f"/office/live/?v={first['Live-Version']}")
        assert again.status_code == 204
        assert again.content == b""

    def test_another_tenants_people_are_strangers(self, other_site, alice):
        other_site.cookies.load(dict(other_site.cookies))
        assert other_site.get("/office/live/").status_code == 302

    def test_nothing_new_asks_the_database_nothing(self, site, alice, django_assert_num_queries):
        first = site.login_as(alice).get("/office/live/")
        with django_assert_num_queries(0):
            again = site.get(f"/office/live/?v={first['Live-Version']}")
        assert (again.status_code, again["Cache-Control"]) == (204, "no-store")

    @pytest.mark.parametrize("version", ["", "0" * 16, "None"])
    def test_who_was_not_shown_the_figures_learns_nothing(self, site, other_site, alice, version):
        shown = site.login_as(alice).get("/office/live/")["Live-Version"]
        assert Site("harbor").get(f"/office/live/?v={version}").status_code == 302
        assert other_site.get(f"/office/live/?v={shown}").status_code == 302

    def test_goes_on_after_the_moment_for_which_the_figures_count(self, site, alice):
        first = site.login_as(alice).get("/office/live/")["Live-Version"]
        with tenant_context(_tenant("harbor")):
            sharing.forget(live.SHARED)
            tallies.add(counting.checks(timezone.now() - timedelta(days=3), 1))
        assert Site("harbor").get(f"/office/live/?v={first}").status_code == 302
        assert site.get(f"/office/live/?v={first}").status_code == 204

    def test_figures_that_were_forgotten_are_all_told_again(self, site, alice):
        first = site.login_as(alice).get("/office/live/")["Live-Version"]
        with tenant_context(_tenant("harbor")):
            cache.delete_many([*live.SHARED.keys, *desks.SHARED.keys])
        assert WHOLE in site.get(f"/office/live/?v={first}").content.decode()


class TestOneLook:
    """All who poll share one look."""

    def test_while_one_looks_the_others_get_what_is_known(
        self, harbor, now, django_assert_num_queries
    ):
        known = live.counts(now)
        sharing.forget(live.SHARED)
        tallies.add(counting.checks(now, 1))
        cache.add(live.SHARED.looked, True, 10)
        with django_assert_num_queries(0):
            assert live.counts(now) == known

    def test_but_nothing_that_is_older_than_a_minute(self, harbor, now):
        known = live.counts(now)
        tallies.add(counting.checks(now, 1))
        assert live.counts(now + timedelta(seconds=60)) == known
        assert live.counts(now + timedelta(seconds=61)).checks.total == known.checks.total + 1

    def test_a_look_that_was_never_finished_is_taken_by_the_next(self, harbor, now, monkeypatch):
        known = live.counts(now)
        tallies.add(counting.checks(now, 1))
        sharing.forget(live.SHARED)

        def away(_at, _known):
            raise OperationalError

        monkeypatch.setattr(live, "look", away)
        with pytest.raises(OperationalError):
            live.counts(now)
        monkeypatch.undo()
        assert live.counts(now) == known
        sharing.forget(live.SHARED)
        assert live.counts(now).checks.total == known.checks.total + 1


class TestWhileNobodyActs:
    """The figures count longer while nothing was done: one query asks whether anything was."""

    @pytest.fixture
    def shown(self, harbor, now) -> str:
        """The version of the figures a few seconds ago."""
        version = news.version_of(live.counts(now), desks.desks(now))
        sharing.forget(live.SHARED, desks.SHARED)
        return version

    def test_one_query_and_no_look(self, shown, now, django_assert_num_queries):
        with django_assert_num_queries(1):
            assert is_present(shown, now + timedelta(seconds=20))
        with django_assert_num_queries(0):
            assert is_present(shown, now + timedelta(seconds=21))

    def test_the_views_own_look_is_spared_too(self, shown, now, django_assert_num_queries):
        with django_assert_num_queries(1):
            assert live.counts(now + timedelta(seconds=20)).version in shown

    @pytest.mark.parametrize("act", ["recorded", "counted"])
    def test_an_act_is_seen_at_once(self, shown, harbor, now, act):
        if act == "recorded":
            audit.record("test.done", subject=("test", "1"), actor=SYSTEM, at=now)
        else:
            tallies.add(counting.checks(now, 1))
        assert not is_present(shown, now + timedelta(seconds=4))
        assert live.counts(now + timedelta(seconds=4)).checks.total == (act == "counted")

    @pytest.mark.parametrize("seconds", [30, 61, -1])
    def test_what_changes_by_time_alone_waits_no_longer_than_half_a_minute(
        self, shown, now, seconds
    ):
        assert not is_present(shown, now + timedelta(seconds=seconds))

    def test_the_poll_of_a_quiet_tenant_asks_one_query(
        self, site, alice, django_assert_num_queries
    ):
        first = site.login_as(alice).get("/office/live/")
        with tenant_context(_tenant("harbor")):
            sharing.forget(live.SHARED, desks.SHARED)
        with CaptureQueriesContext(connection) as asked:
            again = site.get(f"/office/live/?v={first['Live-Version']}")
        assert again.status_code == 204
        assert sum(one["sql"].lstrip().startswith("SELECT") for one in asked) == 1


class TestALook:
    def test_counts_no_row_of_what_there_is_a_lot_of(self, harbor, now):
        with CaptureQueriesContext(connection) as asked:
            live.look(now)
        counted = [q["sql"] for q in asked if "count(" in q["sql"].lower()]
        for table in ("enforcement_citation", "permits_permit", "payments_payment "):
            assert not any(f"FROM {table}" in sql for sql in counted if "needs_review" not in sql)
        assert all("enforcement_citation" not in q["sql"] for q in asked)

    def test_has_what_was_done_by_local_hour(self, harbor, sell, person, now):
        sell(person("ana", "STAFF"), "MONTH", at=now - timedelta(days=7, hours=1))
        sell(person("ben", "STAFF"), "MONTH", at=now - timedelta(hours=2))
        sell(person("eve", "STAFF"), "MONTH", at=now)
        seen = live.look(now)
        assert {h: n for h, n in enumerate(seen.sold.today) if n} == {8: 1, 10: 1}
        assert {h: n for h, n in enumerate(seen.sold.before) if n} == {9: 1}
        assert (seen.sold.total, seen.sold.total_before) == (2, 1)
        assert (
            seen.taken.total
            == Payment.objects.filter(succeeded_at__gte=now - timedelta(hours=2)).aggregate(
                all=Sum("amount_minor")
            )["all"]
        )
        assert seen.permits_active == Permit.objects.filter(status_q(Status.ACTIVE, now)).count()


def test_a_release_with_other_figures_remembers_them_apart():
    @dataclass
    class Told:
        checks: int

    @dataclass
    class Later:
        checks: int
        reads: int

    Later.__name__ = "Told"
    assert sharing.shape_of(Told) != sharing.shape_of(Later)
    assert len({*live.SHARED.keys, *desks.SHARED.keys}) == 6

"""The desks: whose they are, that each figure is the number of rows it leads to, how they are arranged."""

from datetime import datetime, timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from enforcement.operations import positions, shifts
from enforcement.operations.counts import take_counts
from enforcement.rules import counting
from enforcement.rules.counts import Told
from parkops.accounts.models import User
from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.money import Money
from parkops.kernel.permissions import Permission, Role, permissions_of
from parkops.programme import queries as programme
from parkops.tallies import operations as tallies
from payments import operations as payments
from reporting.dashboards import arranging, desks
from reporting.dashboards.figures import FIGURES, stat
from reporting.dashboards.look import Look
from reporting.dashboards.panels import PANELS
from reporting.models import Arrangement
from reporting.operations import arrangements as operations
from reporting.queries import arrangements, live
from reporting.queries import desks as waiting
from tests.isolation.things import Things

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(harbor) -> User:
    """Who leads harbor's officers."""
    return User.objects.create_user(
        "lena@harbor.example", None, name="Lena Lead", roles=[Role.OFFICER_LEAD]
    )


@pytest.fixture
def things(site, token, dana, now, monkeypatch) -> Things:
    """One of everything in harbor."""
    monkeypatch.setattr("parkops.api.limits.allow", lambda *_, **__: True)
    site.defaults["HTTP_AUTHORIZATION"] = token("admin")["authorization"]
    with time_machine.travel(now, tick=False):
        made = Things(site, user=dana, at=now)
    del site.defaults["HTTP_AUTHORIZATION"]
    return made


def look_at(now: datetime, user: User) -> Look:
    return Look(
        live.look(now),
        waiting.look(now),
        programme.in_force(now).programme,
        now,
        "en-US",
        str(user.pk),
        user.may,
    )


class TestWhoseTheyAre:
    @pytest.mark.parametrize(
        ("who", "first"),
        [
            ("alice", "Today"),
            ("otto", "Today"),
            ("lead", "Enforcement today"),
            ("clara", "Counter today"),
            ("rita", "Appeals today"),
            ("amos", "Money today"),
        ],
    )
    def test_each_role_begins_with_its_own(self, site, who, first, request):
        answer = site.login_as(request.getfixturevalue(who)).get("/office/")
        assert answer.status_code == 200
        assert f"<h1>{first}</h1>" in answer.content.decode()

    def test_somebody_with_two_roles_has_two_and_an_administrator_all(self):
        assert [desk.code for desk in desks.desks_of(["clerk", "reviewer"])] == [
            "counter",
            "appeals",
        ]
        assert len(desks.desks_of(["administrator"])) == len(desks.DESKS)
        assert desks.desks_of(["officer"]) == []

    @pytest.mark.parametrize("code", ["money", "today", "no-such"])
    def test_anothers_is_not_there(self, site, clara, code):
        site.login_as(clara)
        for path in (f"/office/desks/{code}/", f"/office/desks/{code}/arrangement/"):
            assert site.get(path).status_code == 404
        assert site.get(f"/office/live/?desk={code}").status_code == 404

    @pytest.mark.parametrize("desk", desks.DESKS.values(), ids=lambda desk: desk.code)
    def test_a_role_may_see_what_its_desk_begins_with(self, desk):
        for role in desk.roles - {Role.AUDITOR}:
            may = permissions_of([role]).__contains__
            assert desks.pieces_for(desk.pieces, may=may) == list(desk.pieces), role

    def test_who_may_not_open_the_list_does_not_see_its_figure(self, site, rita, things, now):
        with time_machine.travel(now, tick=False):
            text = site.login_as(rita).get("/office/").content.decode()
        assert "Appeals waiting" in text
        assert "Taken today" not in text
        assert Permission.PAYMENT_VIEW not in permissions_of([Role.REVIEWER])
        assert "Visa" not in text


class TestOfficersOnTheMap:
    def test_are_there_for_who_may_see_the_dispatch_and_for_nobody_else(
        self, lead, rita, bob, harbor, now
    ):
        by = Actor("staff", str(bob.pk), bob.name)
        shifts.start_shift(by=by, at=now)
        positions.agree(by=by, at=now)
        positions.keep_position(lat=42.37, lon=-71.11, accuracy_m=5, by=by, at=now)
        seen = PANELS["map"].drawn(look_at(now, lead))
        [row] = PANELS["officers_at_work"].drawn(look_at(now, lead))["rows"]
        assert (row["one"].shares, row["one"].is_seen) == (True, True)
        assert (seen["officers"], seen["seen"], seen["unseen"]) == (1, 1, 0)
        unseen = PANELS["map"].drawn(look_at(now, rita))
        assert unseen["officers"] == 0
        assert "officers_at_work" not in desks.offered(may=rita.may)

    def test_who_shares_but_was_not_seen_lately_is_not_said_to_keep_it_to_themselves(
        self, site, lead, bob, harbor, now
    ):
        by = Actor("staff", str(bob.pk), bob.name)
        shifts.start_shift(by=by, at=now)

        def told() -> str:
            _forget()
            with time_machine.travel(now, tick=False):
                return site.login_as(lead).get("/office/").content.decode()

        assert "not shared" in told()
        positions.agree(by=by, at=now)
        assert "not lately" in told()


def rows_behind(answer) -> int:
    """Return how many rows a list shows in all."""
    found = answer.context
    if "zones" in found:
        return sum(zone.estimate.occupied for zone in found["zones"])
    if "page" in found:
        return found["page"].paginator.count
    if "groups" in found:
        return sum(len(group.rows) for group in found["groups"])
    if "rows" in found:
        return len(found["rows"])
    if "on" in found:
        return sum(len(row.hearings) for row in found["day"].slots) if found["day"] else 0
    return found["last"].differences if found["last"] else 0


class TestEveryFigureIsItsRows:
    @pytest.fixture
    def shown(self, site, alice, things, busy, now):
        """Everything there is, as the administrator sees it."""
        with time_machine.travel(now, tick=False):
            yield look_at(now, alice), site.login_as(alice)

    def test_the_list_has_as_many_rows(self, shown):
        look, site = shown
        wrong, filled = [], set()
        for figure in FIGURES.values():
            drawn = stat(figure, look)
            answer = site.get(drawn.url)
            assert answer.status_code == 200, drawn.url
            if figure.code == "taken":
                rows = answer.context["page"].object_list
                told = sum(row.amount.minor for row in rows)
                assert answer.context["total"].minor == told
                value = drawn.value.minor
            elif figure.code == "my_receipts":
                continue
            else:
                told, value = rows_behind(answer), drawn.value
            if told != value:
                wrong.append((figure.code, value, told, drawn.url))
            if value:
                filled.add(figure.code)
        assert not wrong
        assert len(filled) >= 10, filled

    def test_what_was_taken_says_in_which_currency(self, shown):
        look, _ = shown
        chart = PANELS["taken_by_hour"].drawn(look)["chart"]
        assert chart.heads == ["Hour", "Today, USD", "Week before, USD"]
        assert PANELS["checks_by_hour"].drawn(look)["chart"].heads == [
            "Hour",
            "Today",
            "Week before",
        ]

    def test_a_bar_and_a_zone_have_as_many_rows(self, shown):
        look, site = shown
        charts = [PANELS[code].drawn(look)["chart"] for code in ("citations_by_hour", "hot_zones")]
        followed = 0
        for mark in [mark for chart in charts for mark in chart.marks if mark.point.url]:
            assert rows_behind(site.get(mark.point.url)) == mark.point.value
            followed += 1
        assert followed >= 2
        for zone in PANELS["occupancy"].drawn(look)["zones"]:
            answer = site.get(zone.url)
            assert rows_behind(answer) == zone.taken
            [known] = answer.context["zones"]
            assert known.estimate.source == zone.source
            assert str(known.estimate.high or "or more") in zone.between

    def test_a_zone_says_how_sure_its_count_is_and_what_it_is_made_of(self, shown, alice, now):
        _, site = shown
        take_counts([Told(1, "LOT-A", now, 40, 120)], kind="gate", by=SYSTEM, at=now)
        zones = PANELS["occupancy"].drawn(look_at(now, alice))["zones"]
        [counted] = [zone for zone in zones if zone.code == "LOT-A"]
        assert (counted.between, counted.source) == ("34 to 46", "counted by the gate")
        _forget()
        text = site.get("/office/").content.decode()
        assert "34 to 46" in text
        assert "counted by the gate" in text


class TestCost:
    """However much there is, a desk takes the same number of queries."""

    def test_more_of_everything_takes_no_more_queries(
        self, site, alice, things, cite, now, django_assert_max_num_queries
    ):
        site.login_as(alice)
        paths, before = [f"/office/desks/{code}/" for code in desks.DESKS], {}
        with time_machine.travel(now, tick=False):
            site.get("/office/")
            for path in paths:
                with django_assert_max_num_queries(60) as asked:
                    _forgotten(site, path)
                before[path] = len(asked)
            for n in range(6):
                cite(f"MORE {n}", zone="LOT-A" if n % 2 else "LOT-B")
            for path in paths:
                with django_assert_max_num_queries(before[path]):
                    _forgotten(site, path)

    def test_while_one_looks_the_others_get_what_is_known(
        self, harbor, now, django_assert_num_queries
    ):
        known = waiting.desks(now)
        tallies.add(counting.checks(now, 1))
        with django_assert_num_queries(0):
            assert waiting.desks(now) == known

    def test_of_many_drawers_everybody_finds_their_own(self, site, clara, now):
        for n in range(9):
            by = Actor("staff", str(clara.pk) if n == 8 else f"9{n}", "Di")
            at = now + timedelta(seconds=n)
            payments.open_drawer(name=f"Window {n}", float_=Money(0, "USD"), by=by, at=at)
        _forget()
        page = site.login_as(clara).get("/office/desks/counter/").content.decode()
        assert "in Window 8, open since" in page
        assert "Window 7</b>" in page
        assert "Window 8</b>" not in page

    def test_news_at_a_desk_is_news_of_the_page(self, site, alice, things, now):
        site.login_as(alice)
        with time_machine.travel(now, tick=False):
            first = site.get("/office/live/")["Live-Version"]
            assert site.get(f"/office/live/?v={first}").status_code == 204
            _forget()
            payments.open_drawer(
                name="Window 2", float_=Money(0, "USD"), by=Actor("staff", "9", "Di"), at=now
            )
            assert site.get(f"/office/live/?v={first}&desk=money").status_code == 200


def _forget() -> None:
    from django.core.cache import cache

    cache.delete_many([*live.SHARED.keys, *waiting.SHARED.keys])


def _forgotten(site, path: str) -> None:
    _forget()
    assert site.get(path).status_code == 200


class TestArranging:
    def test_hides_shows_and_moves_and_is_kept(self, site, clara):
        site.login_as(clara)
        path = "/office/desks/counter/arrangement/"
        desk = desks.DESKS["counter"]
        assert "Held carts" in site.get("/office/").content.decode()
        for act in ("hide:held", "hide:held", "up:taken", "show:unpaid"):
            assert site.post(path, {"act": act}).status_code == 302
        own = arrangements.pieces_of(desk, clara)
        assert "held" not in own
        assert own.index("taken") < own.index("sold")
        assert own[-1] == "unpaid"
        assert "Held carts" not in site.get("/office/").content.decode()
        assert "Hide Unpaid citations" in site.get(path).content.decode()
        site.post(path, {"act": "reset:"})
        assert not Arrangement.objects.exists()
        assert "Held carts" in site.get("/office/").content.decode()

    def test_is_of_one_person_alone(self, site, clara, alice, now):
        desk = desks.DESKS["counter"]
        operations.arrange(desk, act="hide", piece="held", user=clara, at=now)
        assert "held" not in arrangements.pieces_of(desk, clara)
        assert "held" in arrangements.pieces_of(desk, alice)

    def test_another_tenant_knows_nothing_of_it(self, site, other_site, alice, charlie, now):
        desk = desks.DESKS["today"]
        operations.arrange(desk, act="hide", piece="taken", user=alice, at=now)
        assert "Taken today" in other_site.login_as(charlie).get("/office/").content.decode()

    @pytest.mark.parametrize(
        ("act", "status"), [("hide:no-such", 404), ("show:taken", 404), ("burn:appeals", 422)]
    )
    def test_refuses_what_is_not_this_persons(self, site, rita, act, status):
        site.login_as(rita)
        answer = site.post("/office/desks/appeals/arrangement/", {"act": act})
        assert answer.status_code == status
        assert not Arrangement.objects.exists()

    def test_what_a_role_lost_is_not_shown(self, clara, now):
        desk = desks.DESKS["counter"]
        Arrangement.objects.create(
            user=clara, desk="counter", pieces=["books", "held", "gone"], changed_at=now
        )
        assert arrangements.pieces_of(desk, clara) == ["held"]


PIECES = st.lists(st.sampled_from([*FIGURES, *PANELS]), unique=True)


class TestArrangement:
    @given(PIECES, st.sampled_from(arranging.ACTS), st.sampled_from([*FIGURES, *PANELS]))
    def test_nothing_is_lost_or_doubled(self, pieces, act, code):
        found = arranging.after(pieces, act, code, kind_of=desks.is_figure)
        kept = set(pieces) | {code} if act == "show" else set(pieces)
        assert sorted(found) == sorted(kept - {code} if act == "hide" else kept)

    @given(PIECES, st.sampled_from([*FIGURES, *PANELS]))
    def test_down_and_up_again_is_as_before_unless_it_was_last(self, pieces, code):
        kind = desks.is_figure
        down = arranging.after(pieces, "down", code, kind_of=kind)
        if down != pieces:
            assert arranging.after(down, "up", code, kind_of=kind) == pieces

    @given(PIECES, st.sampled_from(["up", "down"]), st.sampled_from([*FIGURES, *PANELS]))
    def test_other_kinds_keep_their_order(self, pieces, act, code):
        found = arranging.after(pieces, act, code, kind_of=desks.is_figure)
        other = [one for one in pieces if desks.is_figure(one) != desks.is_figure(code)]
        assert [one for one in found if desks.is_figure(one) != desks.is_figure(code)] == other

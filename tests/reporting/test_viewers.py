"""Polls that are answered by what somebody might see a moment ago: not one more once that has changed."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_tenants.utils import tenant_context

from enforcement.rules import counting
from parkops.accounts.models import User
from parkops.kernel.permissions import Role
from parkops.tallies import operations as tallies
from reporting.dashboards import desks
from reporting.operations import arrangements
from reporting.queries import desks as waiting
from reporting.queries import live, sharing, viewers
from reporting.views import dashboard
from tests.conftest import Site, _tenant

pytestmark = pytest.mark.django_db

LIVE = "/office/live/?desk=today"


def checked(slug: str = "harbor") -> None:
    with tenant_context(_tenant(slug)):
        tallies.add(counting.checks(timezone.now(), 1))
        sharing.forget(live.SHARED, waiting.SHARED)


class Open:
    """A dashboard that polls, and whether its polls were answered by who was known."""

    def __init__(self, site: Site, monkeypatch) -> None:
        self.site, self.short = site, []
        self.version = ""
        told = dashboard.news_for

        def telling(request, viewer):
            self.short.append(viewer.user)
            return told(request, viewer)

        monkeypatch.setattr(dashboard, "news_for", telling)

    def poll(self, *, site: Site | None = None):
        answer = (site or self.site).get(f"{LIVE}&v={self.version}")
        self.version = answer.headers.get("Live-Version", self.version)
        return answer


@pytest.fixture
def open_(site, alice, monkeypatch) -> Open:
    """Alice's desk, shown a moment ago."""
    opened = Open(site.login_as(alice), monkeypatch)
    assert opened.poll().status_code == 200
    assert opened.short == []
    return opened


class TestWhoIsKnown:
    def test_is_told_without_the_way_of_a_page(self, open_, alice):
        checked()
        with CaptureQueriesContext(connection) as asked:
            answer = open_.poll()
        assert 'id="checks" hx-swap-oob="true"' in answer.content.decode()
        assert open_.short == [alice.pk]
        assert answer["Cache-Control"] == "no-store"
        assert answer["X-Content-Type-Options"] == "nosniff"
        statements = [
            one["sql"] for one in asked if one["sql"].lstrip()[:6] in ("SELECT", "(SELECT")
        ]
        assert len(statements) <= 8, statements

    def test_is_told_the_same_as_by_a_page(self, open_, site, alice):
        before = open_.version
        checked()
        short = open_.poll()
        with tenant_context(_tenant("harbor")):
            cache.delete(viewers._key(site.cookies[settings.SESSION_COOKIE_NAME].value, "today"))
        open_.version = before
        whole_way = open_.poll()
        assert open_.short == [alice.pk]
        for name in ("Live-Version", "Live-Written", "Content-Type"):
            assert short[name] == whole_way[name]
        assert short.content == whole_way.content

    def test_goes_the_way_of_a_page_once_a_minute(self, open_, alice):
        with time_machine.travel(timezone.now() + timedelta(seconds=1), tick=False):
            checked()
            open_.poll()
        assert viewers.KEPT_SECONDS == 60
        with tenant_context(_tenant("harbor")):
            key = viewers._key(open_.site.cookies[settings.SESSION_COOKIE_NAME].value, "today")
            assert 0 < cache._cache.get_client().ttl(cache.make_key(key)) <= 60

    def test_another_desk_is_another_matter(self, open_, site):
        checked()
        assert site.get(f"/office/live/?desk=money&v={open_.version}").status_code == 200
        assert open_.short == []


class TestWhatEndsIt:
    """Each of these ends it with the very next poll."""

    def test_signing_out(self, open_, site):
        mine = site.cookies[settings.SESSION_COOKIE_NAME].value
        site.post("/account/logout/")
        other = Site("harbor")
        other.cookies[settings.SESSION_COOKIE_NAME] = mine
        checked()
        assert open_.poll(site=other).status_code == 302
        assert open_.short == []

    def test_who_signs_in_again_comes_back_to_the_desk(self, open_, site):
        page = "http://harbor.localhost/office/desks/today/?a=1"
        Session.objects.all().delete()
        checked()
        asked = {"HTTP_HX_REQUEST": "true", "HTTP_HOST": "harbor.localhost"}
        answer = site.get(LIVE, HTTP_HX_CURRENT_URL=page, **asked)
        assert answer.status_code == 401
        assert answer["HX-Redirect"].endswith("?next=/office/desks/today/%3Fa%3D1")
        strange = site.get(LIVE, HTTP_HX_CURRENT_URL="http://evil.example/x", **asked)
        assert strange["HX-Redirect"].endswith("?next=/office/live/%3Fdesk%3Dtoday")

    def test_the_end_of_the_session(self, open_):
        Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
        checked()
        assert open_.poll().status_code == 302
        assert open_.short == []

    @pytest.mark.parametrize(
        ("field", "value", "status"),
        [
            ("roles", [], 403),
            ("roles", [Role.OFFICER], 403),
            ("is_active", False, 302),
            ("session_epoch", 7, 302),
            ("password", "other", 302),
        ],
    )
    def test_whatever_changes_of_the_person(self, open_, alice, field, value, status):
        User.objects.filter(pk=alice.pk).update(**{field: value})
        checked()
        assert open_.poll().status_code == status
        assert open_.short == []

    @pytest.mark.parametrize(
        ("field", "value"),
        [("roles", [Role.REVIEWER]), ("is_active", False), ("session_epoch", 7), ("password", "o")],
    )
    def test_what_changes_while_a_page_is_made(self, open_, alice, field, value):
        """The page knew the person as they were before: so nobody is remembered."""
        key = open_.site.cookies[settings.SESSION_COOKIE_NAME].value
        read = User.objects.get(pk=alice.pk)
        with tenant_context(_tenant("harbor")):
            cache.delete(viewers._key(key, "today"))
            told = {"user": read, "pieces": ["checks"], "at": timezone.now()}
            viewers.remember(key, "today", **told)
            assert viewers.known(key, "today", timezone.now()).pieces == ("checks",)
            cache.delete(viewers._key(key, "today"))
            User.objects.filter(pk=alice.pk).update(**{field: value})
            viewers.remember(key, "today", **told)
            assert viewers.known(key, "today", timezone.now()) is None

    def test_a_role_less_shows_no_more_of_it(self, open_, alice):
        User.objects.filter(pk=alice.pk).update(roles=[Role.REVIEWER])
        checked()
        answer = open_.site.get(f"/office/live/?desk=appeals&v={open_.version}")
        assert "Taken today" not in answer.content.decode()
        assert open_.poll().status_code == 404
        assert open_.short == []

    def test_another_arrangement(self, open_, alice, now):
        arrangements.arrange(desks.DESKS["today"], act="hide", piece="checks", user=alice, at=now)
        checked()
        answer = open_.poll()
        assert '<div id="desk"' in answer.content.decode()
        assert 'id="checks"' not in answer.content.decode()
        assert open_.short == []


class TestOthers:
    def test_without_a_session_or_with_anothers_nobody_is_known(self, open_, bob):
        checked()
        assert open_.poll(site=Site("harbor")).status_code == 302
        forged = Site("harbor")
        forged.cookies[settings.SESSION_COOKIE_NAME] = "x" * 32
        assert open_.poll(site=forged).status_code == 302
        assert open_.poll(site=Site("harbor").login_as(bob)).status_code == 403
        assert open_.short == []

    def test_another_tenant_knows_nobody_of_this_one(self, open_, site, hillside):
        theirs = Site("hillside")
        theirs.cookies[settings.SESSION_COOKIE_NAME] = site.cookies[
            settings.SESSION_COOKIE_NAME
        ].value
        checked("hillside")
        assert open_.poll(site=theirs).status_code == 302
        assert open_.short == []

    @pytest.mark.parametrize(
        "cookie",
        [
            '"abcdefgh\\000"',
            "x" * 8000,
            "\u00e9\udcff",
            '"\\355\\240\\200aaaaaaa"',
            ";;=",
            "%00" * 12,
        ],
    )
    @pytest.mark.parametrize("path", ["/office/live/?desk=today&v=1-1-1", "/office/"])
    def test_a_session_that_cannot_be_is_nobodys(self, open_, cookie, path):
        checked()
        stranger = Site("harbor")
        header = f"{settings.SESSION_COOKIE_NAME}={cookie}".encode("utf-8", "surrogateescape")
        answer = stranger.get(path, HTTP_COOKIE=header.decode("latin-1"))
        assert answer.status_code == 302
        assert open_.short == []

    @pytest.mark.parametrize(
        "query", ["desk=%00", "desk=%ED%A0%80", "desk=%FF&v=%FF", "v=%00-1-1", "desk=" + "x" * 8000]
    )
    def test_an_address_that_cannot_be_is_refused(self, open_, query):
        checked()
        assert open_.site.get(f"/office/live/?{query}").status_code in (200, 404)
        assert open_.short == []

    def test_only_a_get_is_answered_so(self, open_):
        checked()
        address = f"{LIVE}&v={open_.version}"
        assert open_.site.head(address).status_code == 200
        assert open_.site.post(address).status_code == 405
        assert open_.short == []

    def test_a_session_copied_into_another_tenant_is_of_nobody_there(self, open_, site, hillside):
        """The keys are the same, the rows are not: what is remembered is remembered of one tenant."""
        key = site.cookies[settings.SESSION_COOKIE_NAME].value
        with tenant_context(_tenant("harbor")):
            assert viewers.known(key, "today", timezone.now()) is not None
        with tenant_context(hillside):
            assert viewers.known(key, "today", timezone.now()) is None

    def test_an_answer_is_in_english_whatever_was_spoken_before(self, open_):
        from django.utils import translation

        translation.activate("fr")
        checked()
        answer = open_.poll().content.decode()
        assert "Plates checked" in answer
        assert open_.short

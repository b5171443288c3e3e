"""A desk left open over acts of every kind shows what a page opened afterwards does."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import RequestFactory
from django.utils import timezone
from django_tenants.utils import tenant_context

from parkops.accounts.models import User
from parkops.tallies import operations as tallies
from parkops.ui.parts import drawn_once, swapped_in
from reporting.dashboards import desks
from reporting.queries import arrangements, live, sharing
from reporting.queries import desks as waiting
from reporting.views import dashboard
from tests.conftest import Site, _tenant
from tests.isolation.things import Things

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 10, 15, 5, tzinfo=UTC)
STEPS = [name for name in vars(Things) if name.startswith("_") and not name.startswith("__")]


class Left:
    """A desk left open: the version that it shows, and its pieces as they stand."""

    def __init__(self, site: Site, user: User, code: str) -> None:
        self.site, self.user, self.code = site, user, code
        self.version = site.get(self._address("")).headers["Live-Version"]
        self.shown = self.fresh()

    def _address(self, version: str) -> str:
        return f"/office/live/?desk={self.code}&v={version}"

    def fresh(self) -> dict[str, str]:
        """Return each part as it is drawn for a page."""
        request = RequestFactory().get("/")
        request.user, request.tenant = self.user, _tenant("harbor")
        with tenant_context(request.tenant):
            look = dashboard.look_of(request, timezone.now())
            pieces = arrangements.pieces_of(desks.DESKS[self.code], self.user)
            parts = [dashboard._day(look), dashboard._alerts(look), *dashboard._parts(look, pieces)]
            html = drawn_once(request, [part for _, part in parts])
        return dict(zip([anchor for anchor, _ in parts], html, strict=True))

    def missed(self) -> list[str]:
        """Poll, and return the parts that are other ones now and were not brought."""
        answer = self.site.get(self._address(self.version))
        brought, now = answer.content.decode(), self.fresh()
        self.version = answer.headers.get("Live-Version", self.version)
        missed = [
            anchor
            for anchor, html in now.items()
            if html != self.shown[anchor] and swapped_in(anchor, html) not in brought
        ]
        self.shown = now
        return missed


class Watched(Things):
    """One of everything, and after each step of making it a look at the desks that are open."""

    def __init__(self, left: list[Left], clock, **made) -> None:
        self.left, self.clock, self.missed, self.changes = left, clock, [], 0
        super().__init__(**made)

    @property
    def at(self) -> datetime:
        """The present, which passes from step to step."""
        return timezone.now()

    @at.setter
    def at(self, _began: datetime) -> None:
        """What was told at the start is over with the first step."""

    def __getattribute__(self, name):
        found = super().__getattribute__(name)
        if name not in STEPS and name != "post":
            return found

        def step(*args, **named):
            done = found(*args, **named)
            self.polled(name)
            return done

        return step

    def polled(self, step: str) -> None:
        """Let the figures be old, and poll."""
        self.clock.shift(timedelta(seconds=11))
        with tenant_context(_tenant("harbor")):
            sharing.forget(live.SHARED, waiting.SHARED)
        for one in self.left:
            before = one.shown
            self.missed += [(step, one.code, anchor) for anchor in one.missed()]
            self.changes += one.shown != before
        connection.set_tenant(_tenant("harbor"))


def test_whatever_is_done_is_brought(site, harbor, alice, dana, token, monkeypatch):
    monkeypatch.setattr("parkops.api.limits.allow", lambda *_, **__: True)
    with time_machine.travel(NOW, tick=False) as clock:
        api = Site("harbor")
        api.defaults["HTTP_AUTHORIZATION"] = token("admin")["authorization"]
        site.login_as(alice)
        left = [Left(site, alice, code) for code in desks.DESKS]
        connection.set_tenant(_tenant("harbor"))
        made = Watched(left, clock, api=api, user=dana, at=NOW)
        connection.set_tenant(_tenant("harbor"))
        assert tallies.check(at=timezone.now()).drifts == []
    assert made.changes > 30
    assert not made.missed, made.missed

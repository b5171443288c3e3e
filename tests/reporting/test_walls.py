"""Walls: what they show and what they never do, and who may see them without signing in."""

import re

import pytest
import time_machine

from parkops.kernel.actors import Actor
from parkops.kernel.decisions import NotFound, Refused
from reporting.dashboards import walls
from reporting.dashboards.figures import FIGURES
from reporting.operations import walls as operations
from reporting.queries import walls as queries
from tests.conftest import Site

pytestmark = pytest.mark.django_db
BY = Actor("staff", "1", "Alice Admin")


@pytest.fixture
def screen(harbor, now):
    """A screen in the hall that shows all that a wall may."""
    return operations.set_up_screen(name="Hall", pieces=[*walls.FIT], theme="dark", by=BY, at=now)


def path_of(screen) -> str:
    return re.sub(r"^\w+://[^/]+", "", queries.address_of(screen))


class TestAScreen:
    def test_shows_sums_and_names_nobody(self, screen, busy, cite, now):
        cite("NAMED 1", officer="Bob Officer")
        with time_machine.travel(now, tick=False):
            text = Site("harbor").get(path_of(screen)).content.decode()
        assert "Citations today" in text
        assert "LOT-A" in text
        # No table stands below a wall's chart: its numbers are its name.
        assert re.search('aria-label="Citations by hour: [^"]*[1-9][0-9]* at [0-9]+:00', text)
        for named in ("NAMED", "Bob", "Officer ", "$", "/office/", "BAD 1", "ana"):
            assert named not in text, named

    def test_says_nothing_when_nothing_changed(self, screen, now):
        visitor = Site("harbor")
        with time_machine.travel(now, tick=False):
            first = visitor.get(f"{path_of(screen)}?v=")
            assert first.status_code == 200
            again = visitor.get(f"{path_of(screen)}?v={first['Live-Version']}")
        assert (again.status_code, again["Cache-Control"]) == (204, "no-store")
        assert "hx-swap-oob" in first.content.decode()

    def test_is_nothing_once_revoked(self, screen, now):
        path = path_of(screen)
        for _ in range(2):
            operations.revoke_screen(screen.reference, by=BY, at=now)
        assert Site("harbor").get(path).status_code == 404
        assert Site("harbor").get(f"{path}?v=1").status_code == 404

    def test_is_nothing_with_another_address_or_at_another_tenant(self, screen, other_site):
        path = path_of(screen)
        assert other_site.get(path).status_code == 404
        assert Site("harbor").get(f"{path[:-3]}xx/").status_code == 404
        with pytest.raises(NotFound):
            queries.screen_of("made-up")

    def test_shows_what_it_was_set_up_with(self, harbor, now):
        few = operations.set_up_screen(name="Gate", pieces=["checks"], theme="light", by=BY, at=now)
        text = Site("harbor").get(path_of(few)).content.decode()
        assert 'data-theme="light"' in text
        assert "Plates checked" in text
        assert "Citations" not in text

    def test_setting_up_twice_is_once(self, screen, now):
        again = operations.set_up_screen(
            name="Hall", pieces=[*walls.FIT], theme="dark", by=BY, at=now
        )
        assert again.pk == screen.pk
        assert len(queries.screens()) == 1

    @pytest.mark.parametrize("pieces", [[], ["taken"], ["occupied", "next_appeals"]])
    def test_refuses_what_names_people_or_money(self, harbor, now, pieces):
        with pytest.raises(Refused):
            operations.set_up_screen(name="Hall", pieces=pieces, theme="dark", by=BY, at=now)
        assert not any(FIGURES[code].series == "taken" for code in walls.FIT if code in FIGURES)


class TestInTheOffice:
    def test_shows_what_the_person_may_see(self, site, rita):
        text = site.login_as(rita).get("/office/wall/").content.decode()
        assert "Appeals waiting" in text
        assert "Open calls" not in text
        assert 'aria-label="Main"' not in text

    def test_refuses_an_officer_and_asks_a_stranger_to_sign_in(self, site, bob):
        assert Site("harbor").get("/office/wall/").status_code == 302
        assert site.login_as(bob).get("/office/wall/").status_code == 403

    def test_an_administrator_sets_one_up_and_revokes_it(self, site, alice):
        site.login_as(alice)
        told = {"name": "Hall", "theme": "dark", "pieces": ["occupied", "map"]}
        assert site.post("/office/wall/screens/", told).status_code == 302
        text = site.get("/office/wall/screens/").content.decode()
        assert "Hall" in text
        made = queries.screens()[0]
        assert Site("harbor").get(path_of(made)).status_code == 200
        site.post(f"/office/wall/screens/{made.reference}/revocation/")
        assert Site("harbor").get(path_of(made)).status_code == 404
        assert site.post("/office/wall/screens/", {"name": ""}).status_code == 422

    def test_nobody_else_does(self, site, clara):
        assert site.login_as(clara).get("/office/wall/screens/").status_code == 403

"""The dashboard: who sees it, what it answers when nothing changed, what it costs."""

import pytest

pytestmark = pytest.mark.django_db


class TestToday:
    def test_shows_the_day_to_an_administrator(self, site, alice):
        answer = site.login_as(alice).get("/office/")
        assert answer.status_code == 200
        assert "Permits in force" in answer.content.decode()

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

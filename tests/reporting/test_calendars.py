"""A customer's calendar: at an address that nobody guesses, gone when revoked, with their own dates only."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from parkops.customers import operations as customers
from parkops.kernel.actors import SYSTEM
from parkops.tenancy import hosts
from reporting.models import CalendarLink
from reporting.operations import calendars
from reporting.views import calendars as views
from tests.factories.payments import make_charge
from tests.reporting.conftest import a_fresh_minute

OWN = "/my/calendar/"


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """Tests ask faster than people do."""
    monkeypatch.setattr(views, "TRIES_A_MINUTE", 10_000)


@pytest.fixture
def mine(dana):
    """Dana as a customer."""
    return customers.customer_for_user(dana, at=timezone.now())


@pytest.fixture
def address(site, dana):
    """The path of dana's calendar, as her page tells it once."""
    shown = site.login_as(dana).post(OWN).content.decode()
    return re.search(r"/calendar/[^/]+/parking\.ics", shown)[0]


def lines_of(answer) -> str:
    """Return a calendar's lines with folded ones joined."""
    return answer.content.decode().replace("\r\n ", "")


class TestAddress:
    def test_is_shown_once_and_kept_as_a_hash(self, site, address):
        secret = address.split("/")[2]
        link = CalendarLink.objects.get()
        assert secret not in link.secret_hash
        assert len(secret) >= 40
        shown = site.get(OWN).content.decode()
        assert secret not in shown
        assert "It is not shown again" in shown

    def test_anybody_who_has_it_reads_it_without_a_session(self, site, address):
        site.logout()
        answer = site.get(address)
        assert answer.status_code == 200
        assert answer["Content-Type"].startswith("text/calendar")
        assert "Set-Cookie" not in answer.headers
        assert lines_of(answer).startswith("BEGIN:VCALENDAR\r\n")

    def test_revoked_it_leads_nowhere(self, site, address):
        assert site.post(OWN, {"revoke": "1"}).status_code == 302
        assert site.get(address).status_code == 404
        assert site.post(OWN, {"revoke": "1"}).status_code == 302

    def test_a_new_one_replaces_it(self, site, address):
        site.post(OWN)
        assert site.get(address).status_code == 404
        assert CalendarLink.objects.filter(revoked_at__isnull=True).count() == 1

    def test_a_wrong_one_is_not_there_and_neither_is_it_at_another_tenant(
        self, site, other_site, address
    ):
        assert site.get("/calendar/x/parking.ics").status_code == 404
        assert site.get("/calendar/%F0%9F%9A%97/parking.ics").status_code == 404
        assert other_site.get(address).status_code == 404

    def test_a_stranger_makes_none(self, site):
        assert "/account/" in site.get(OWN)["Location"]

    def test_too_many_tries_are_refused(self, site, address, monkeypatch):
        monkeypatch.setattr(views, "TRIES_A_MINUTE", 2)
        with time_machine.travel(datetime(2031, 1, 1, tzinfo=UTC), tick=False), a_fresh_minute():
            found = [site.get(address).status_code for _ in range(3)]
        assert found == [200, 200, 422]


class TestDates:
    @pytest.fixture
    def feed(self, site, mine):
        """Read dana's calendar."""
        secret = calendars.make_calendar_link(mine.pk, by=SYSTEM, at=timezone.now())
        return lambda: lines_of(site.get(f"/calendar/{secret}/parking.ics"))

    def test_a_permits_end_reminds_a_week_before(self, feed, mine, sell):
        permit = sell(mine, "MONTH", "DANA1", at=timezone.now())
        text = feed()
        site = hosts.current_site_url().removeprefix("http://").partition(":")[0]
        assert f"UID:{permit.number}-ends@{site}" in text
        assert "TRIGGER:-P7D" in text
        assert f"/permits/{permit.number}/" in text

    def test_a_citation_of_ones_vehicle_has_its_days(self, feed, mine, cite):
        now = timezone.now()
        customers.add_vehicle(
            customer_id=mine.pk, plate="DANA2", by=SYSTEM, at=now - timedelta(days=9)
        )
        citation = cite("DANA2", "NO-PERMIT", at=now - timedelta(days=1))
        text = feed()
        assert f"SUMMARY:Last day to appeal citation {citation.number}" in text
        assert "SUMMARY:Pay $" in text

    def test_two_charges_of_the_same_words_are_two(self, feed, mine):
        due = timezone.now().date() + timedelta(days=9)
        for _ in range(2):
            make_charge(customer_id=mine.pk, due_on=due, at=timezone.now())
        text = feed()
        assert text.count("SUMMARY:Pay $") == 2
        found = [line for line in text.splitlines() if line.startswith("UID:due-")]
        assert len({*found}) == 2

    def test_one_with_nothing_in_it_is_a_calendar_still(self, feed):
        text = feed()
        assert "BEGIN:VEVENT" not in text
        assert "BEGIN:VTIMEZONE" in text

    def test_one_of_before_it_was_ones_own_is_not_told(self, feed, mine, cite):
        now = timezone.now()
        citation = cite("DANA3", "NO-PERMIT", at=now - timedelta(days=5))
        customers.add_vehicle(customer_id=mine.pk, plate="DANA3", by=SYSTEM, at=now)
        assert f"appeal citation {citation.number}" not in feed()

    def test_another_customers_dates_are_not_in_it(self, feed, sell, person):
        permit = sell(person("eve"), "MONTH", "EVE1", at=timezone.now())
        assert permit.number not in feed()

    def test_it_speaks_the_customers_language(self, site, harbor, feed, mine, sell):
        from django_tenants.utils import schema_context

        from parkops.tenancy.models import Tenant

        with schema_context("public"):
            Tenant.objects.filter(pk=harbor.pk).update(languages=["en", "fr"])
        from parkops.tenancy import hosts

        hosts.forget()
        customers.change_customer(mine.pk, changes={"language": "fr"}, by=SYSTEM, at=timezone.now())
        sell(mine, "MONTH", "DANA1", at=timezone.now())
        assert "prend fin" in feed()

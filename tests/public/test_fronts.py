"""The front pages answer everyone; the platform names no tenant but those of the demonstration."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from parkops.programme.models import Version
from parkops.public import today
from parkops.tenancy.models import OutboxEntry, Rhythm, Tenant

PAGES = ["/", "/zones/", "/help/", "/accessibility/", "/privacy/"]


@pytest.fixture
def platform(db):
    connection.set_schema_to_public()
    return Client(SERVER_NAME="localhost")


class TestTenantFront:
    @pytest.mark.parametrize("address", PAGES)
    def test_is_open_to_anyone(self, site, address):
        response = site.get(address)
        assert response.status_code == 200
        assert response.content.count(b"<h1") == 1

    def test_shows_zones_of_the_program(self, site, now):
        from parkops.programme import queries

        text = site.get("/").content.decode()
        shown = [z for z in queries.in_force(now).programme.zones if z.kind != "area"]
        assert shown
        assert all(zone.name in text for zone in shown)
        assert "Harbor" in text

    @pytest.mark.parametrize("address", PAGES)
    def test_stands_without_a_program(self, site, address):
        Version.objects.all().delete()
        assert site.get(address).status_code == 200

    def test_changes_nothing_by_post(self, site):
        assert site.post("/").status_code == 405


class TestToday:
    def test_says_the_rule_of_the_day(self, harbor, apply_programme):
        apply_programme(
            """
schema: 1
programme: {name: T, timezone: America/New_York, currency: USD, locale: en-US, languages: [en]}
zones:
  - {code: A, name: Lot A, kind: lot, enforced: Mon-Fri 08:00-18:00, capacity: {standard: 5}}
  - {code: B, name: Street B, kind: street, enforced: Mon-Sat 09:00-17:00, max_stay: 2h}
  - {code: C, name: Street C, kind: street, enforced: always}
  - {code: D, name: Lot D, kind: lot}
  - {code: ALL, name: Everything, kind: area}
permit_types: []
sessions: {rates: [{zones: [C], when: Mon-Fri 08:00-18:00, per_hour: "2.50", day_max: "12.00"}]}
""",
            at=timezone.now(),
        )
        tuesday = today.today(datetime(2099, 11, 10, 15, tzinfo=UTC), zones_url="/zones/")
        rules = {zone.code: zone.rule for zone in tuesday.zones}
        assert rules["A"] == "Permit needed 08:00 to 18:00"
        assert rules["B"].startswith("Free for 2h, longer with a permit, 09:00 to 17:00")
        assert rules["C"] == "Permit or payment needed all day"
        assert rules["D"] == "Free, always"
        assert "ALL" not in rules
        price = next(zone for zone in tuesday.zones if zone.code == "C").prices[0]
        assert (price.per_hour.minor, price.hours, price.day_max.minor) == (
            250,
            "08:00 to 18:00",
            1200,
        )
        sunday = today.today(datetime(2099, 11, 15, 15, tzinfo=UTC), zones_url="/zones/")
        assert {z.code: z.rule for z in sunday.zones}["A"] == "Free all day today"


class TestPlatformFront:
    def test_is_open_to_anyone(self, platform):
        response = platform.get("/")
        assert response.status_code == 200
        assert response.content.count(b"<h1") == 1

    def test_names_only_tenants_of_the_demonstration(self, platform):
        assert b"Harbor" not in platform.get("/").content
        Tenant.objects.filter(slug="harbor").update(is_demonstration=True)
        text = platform.get("/").content
        assert b"Harbor" in text
        assert b"Hillside" not in text

    def test_has_none_of_a_tenants_pages(self, platform):
        for address in ("/office/", "/my/", "/account/login/", "/api/v1/customers", "/mailbox/"):
            assert platform.get(address).status_code == 404


class TestHealth:
    def test_alive_on_both_hosts(self, site, harbor):
        assert site.get("/livez").content == b"ok\n"
        assert Client(SERVER_NAME="localhost").get("/livez").status_code == 200

    def test_ready_tells_that_the_beat_has_not_begun(self, site):
        response = site.get("/readyz")
        assert response.status_code == 200
        checks = response.json()["checks"]
        assert {name: checks[name] for name in ("database", "cache", "migrations")} == {
            "database": "ok",
            "cache": "ok",
            "migrations": "ok",
        }
        assert checks["beat"] == "has not begun"

    def test_ready_tells_of_late_work(self, site):
        now = timezone.now()
        Rhythm.objects.create(task="x", begun_at=now)
        assert site.get("/readyz").json()["status"] == "ready"
        OutboxEntry.objects.create(
            schema_name="t_harbor",
            task="x",
            created_at=now,
            available_at=now - timezone.timedelta(hours=1),
        )
        answer = site.get("/readyz").json()
        assert answer["status"] == "ready, work is late"
        assert answer["checks"]["outbox"].startswith("work waits since")

    def test_not_ready_without_the_database(self, site, monkeypatch):
        from django.db import OperationalError

        from parkops.public import health

        def away():
            raise OperationalError("secret host name")

        monkeypatch.setitem(health.NEEDED, "database", away)
        response = site.get("/readyz")
        assert response.status_code == 503
        assert b"secret" not in response.content

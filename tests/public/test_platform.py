"""What the operator of a platform sees, and who is one."""

import re
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from django_tenants.utils import schema_context

from parkops.jobs import figures as jobs
from parkops.kernel.tallies import EVER
from parkops.messaging import figures as messaging
from parkops.public.platform import platform
from parkops.tallies import operations as tallies
from parkops.tenancy import operators
from parkops.tenancy.models import OutboxEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def public_site(harbor, hillside) -> Client:
    """A browser on the platform's own host."""
    return Client(SERVER_NAME=settings.DOMAIN)


def told(*words: str) -> str:
    out = StringIO()
    call_command("platform", *words, stdout=out)
    return out.getvalue()


def path_in(text: str) -> str:
    return re.search(r"/platform/\S+", text)[0]


def in_the_open(ask, *args, **named):
    """Ask as a server does: afterwards the test's own tenant is current again."""
    before = connection.tenant
    try:
        return ask(*args, **named)
    finally:
        connection.set_tenant(before)


class TestPlatform:
    def test_tells_what_is_late_and_fails_in_each_tenant(self, harbor, hillside):
        now = timezone.now()
        with schema_context("public"):
            for state, waits in (("waiting", 6), ("waiting", 9), ("dead", 10)):
                OutboxEntry.objects.create(
                    schema_name=harbor.schema_name,
                    task="x",
                    state=state,
                    created_at=now,
                    available_at=now - timedelta(minutes=waits),
                )
            OutboxEntry.objects.create(
                schema_name=hillside.schema_name,
                task="x",
                created_at=now,
                available_at=now - timedelta(minutes=4),
            )
        asked = platform(now).tenants
        tallies.begin(at=now)
        found = {one.slug: one for one in platform(now).tenants}
        assert {one.slug: one.work_given_up for one in asked} == {"harbor": 0, "hillside": 0}
        assert (found["harbor"].work_given_up, found["harbor"].tone) == (1, "bad")
        assert found["harbor"].late_at == now - timedelta(minutes=9)
        assert (found["hillside"].work_given_up, found["hillside"].behind) == (0, 0)
        assert (found["hillside"].late_at, found["hillside"].tone) == (None, "")

    def test_jobs_and_messages_are_told_by_the_figures_that_are_kept(self, harbor, hillside):
        tallies.add({(jobs.FAILED, EVER): 2, (jobs.OPEN, EVER): 3, (messaging.FAILED, EVER): 4})
        found = {one.slug: one for one in platform(timezone.now()).tenants}
        one, other = found["harbor"], found["hillside"]
        assert (one.jobs_failed, one.jobs_open, one.messages_failed, one.tone) == (2, 3, 4, "warn")
        assert (other.jobs_failed, other.jobs_open, other.messages_failed) == (0, 0, 0)

    def test_a_tenant_without_a_migration_is_behind(self, harbor):
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_migrations WHERE app = 'reporting'")
            gone = cursor.rowcount
        found = {one.slug: one for one in platform(timezone.now()).tenants}
        assert gone > 0
        assert (found["harbor"].behind, found["hillside"].behind) == (gone, 0)

    def test_more_tenants_take_no_more_statements(self, harbor, hillside, monkeypatch):
        asked = []
        monkeypatch.setattr(
            "parkops.public.platform._of_each",
            lambda schemas: (
                asked.append(schemas) or {name: ([0, 0, 0, 0], None, []) for name in schemas}
            ),
        )
        platform(timezone.now())
        assert [len(one) for one in asked] == [len(platform(timezone.now()).tenants)]


class TestTheAddress:
    def test_shows_the_platform_until_it_is_revoked(self, public_site):
        path = path_in(told("link", "ana", "--days", "7"))
        answer = in_the_open(public_site.get, path)
        text = answer.content.decode()
        assert answer.status_code == 200
        assert "Harbor" in text
        assert "Hillside" in text
        version = answer["Live-Version"]
        assert in_the_open(public_site.get, f"{path}?v={version}").status_code == 204
        assert "until" in told("links")
        told("revoke", "ana")
        assert in_the_open(public_site.get, path).status_code == 404
        assert "ended" in told("links")
        with pytest.raises(CommandError):
            told("revoke", "ana")

    def test_ends_by_itself(self, public_site):
        path = path_in(told("link", "ana", "--days", "1"))
        with time_machine.travel(timezone.now() + timedelta(days=2), tick=False):
            assert in_the_open(public_site.get, path).status_code == 404

    @pytest.mark.parametrize("token", ["x", "InguIg:1w:2", "a" * 90])
    def test_of_nobody_leads_nowhere(self, public_site, token):
        assert in_the_open(public_site.get, f"/platform/{token}/").status_code == 404
        assert not operators.opens(token, at=timezone.now())

    def test_is_not_there_on_a_tenants_host(self, public_site, site):
        path = path_in(told("link", "ana"))
        assert site.get(path).status_code == 404

    @pytest.mark.parametrize("days", ["0", "400"])
    def test_holds_for_a_while_only(self, harbor, days):
        with pytest.raises(CommandError):
            told("link", "ana", "--days", days)


def test_the_command_prints_a_line_for_each_tenant(harbor, hillside):
    text = told("show")
    assert re.search(r"^harbor\tActive\t", text, re.MULTILINE)
    assert re.search(r"^database\tok$", text, re.MULTILINE)

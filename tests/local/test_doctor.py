"""`manage.py doctor` finds what is planted, says it in one line, and ends with status 1 on a fault."""

import pytest
import redis
from django.core.management import call_command
from django.db import connection

from parkops.local import libraries, servers
from parkops.local.examination import configuration, database, machine, queue
from parkops.local.examination.findings import Finding, Level
from parkops.tenancy.pooler import TransactionPooler


def faults(findings) -> list[str]:
    return [finding.found for finding in findings if finding.level is Level.FAULT]


@pytest.fixture
def production(settings):
    """Settings that a public installation may have."""
    settings.IS_LOCAL = False
    settings.SECRET_KEY = "k" * 60
    settings.SCHEME, settings.DOMAIN = "https", "localhost.localdomain"
    settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET = "sk_live_1", "whsec_1"
    settings.STRIPE_API_BASE = ""
    settings.HAS_MAIL_SERVER = False
    return settings


class TestTheDatabase:
    def test_is_in_order_as_the_tests_have_it(self, harbor):
        assert faults(database.examine()) == []

    def test_may_not_hide_a_transaction_pooler(self, harbor, monkeypatch):
        def refuse() -> None:
            raise TransactionPooler

        monkeypatch.setattr(database, "refuse_transaction_pooler", refuse)
        assert "A pooler in transaction mode" in faults(database.examine())[0]

    def test_may_not_have_an_extension_in_a_tenant(self, harbor):
        with connection.cursor() as cursor:
            cursor.execute(f'CREATE EXTENSION citext SCHEMA "{harbor.schema_name}"')
        assert f"citext (in {harbor.schema_name})" in faults(database.examine())[0]

    def test_may_not_lack_a_migration_in_one_tenant(self, harbor):
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM django_migrations WHERE app = 'customers' AND name = '0001_initial'"
            )
        found = faults(database.examine())
        assert found == [f"Migrations are missing in 1 schemas: {harbor.schema_name} (1)"]


class TestTheQueue:
    def test_may_not_evict(self, local, settings):
        settings.REDIS_URL = servers.ensure_servers().redis_url
        with redis.Redis.from_url(settings.REDIS_URL) as client:
            assert faults(queue.examine()) == []
            client.config_set("maxmemory-policy", "allkeys-lru")
            assert faults(queue.examine()) == [
                "The eviction policy is allkeys-lru: queued work may be thrown away"
            ]
            client.config_set("maxmemory-policy", "noeviction")

    def test_must_answer(self, settings):
        settings.REDIS_URL = "redis://127.0.0.1:1/0"
        assert "does not answer" in faults(queue.examine())[0]


class TestTheConfiguration:
    def test_of_a_public_installation_can_be_in_order(self, production):
        assert faults(configuration.examine()) == []

    @pytest.mark.parametrize(
        ("name", "value", "words"),
        [
            ("SECRET_KEY", "short", "SECRET_KEY"),
            ("SECRET_KEY", "only-for-the-embedded-servers-" + "x" * 32, "SECRET_KEY"),
            ("DEBUG", True, "DEBUG is on"),
            ("SCHEME", "http", "plain http"),
            ("DOMAIN", "localhost", "PARKOPS_DOMAIN"),
            ("STRIPE_SECRET_KEY", "pk_live_1", "no secret key"),
            ("STRIPE_WEBHOOK_SECRET", "", "STRIPE_WEBHOOK_SECRET"),
            ("STRIPE_API_BASE", "http://127.0.0.1:8010", "not Stripe"),
        ],
    )
    def test_is_refused_where_it_is_unsafe(self, production, name, value, words):
        setattr(production, name, value)
        found = faults(configuration.examine())
        assert len(found) == 1
        assert words in found[0]

    def test_must_name_a_mail_server_that_answers(self, production):
        production.HAS_MAIL_SERVER = True
        production.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        production.EMAIL_HOST, production.EMAIL_PORT = "127.0.0.1", 1
        assert "mail server does not let us in" in faults(configuration.examine())[0]


class TestTheMachine:
    def test_needs_a_folder_it_can_write_to(self, settings):
        settings.MEDIA_ROOT = "/dev/null/files"
        assert "/dev/null/files, cannot be written to" in faults(machine.examine())[0]

    def test_needs_pango(self, monkeypatch):
        monkeypatch.setattr(libraries, "pdf_trouble", lambda: "PDFs cannot be made. On Debian: x.")
        assert faults(machine.examine()) == ["PDFs cannot be made"]


class TestTheReport:
    def test_has_one_line_for_each_and_no_status_without_a_fault(self, monkeypatch, capsys):
        self.plant(monkeypatch, Finding(Level.WARNING, "No mail", "Set EMAIL_URL"))
        call_command("doctor", no_color=True)
        said = capsys.readouterr().out
        assert "warning  No mail. Set EMAIL_URL.\n" in said
        assert said.endswith("1 looked at: 0 faults, 1 warnings.\n")

    def test_ends_with_status_1_on_a_fault(self, monkeypatch):
        self.plant(monkeypatch, Finding(Level.FAULT, "Broken", "Mend it"))
        with pytest.raises(SystemExit) as ended:
            call_command("doctor")
        assert ended.value.code == 1

    def plant(self, monkeypatch, finding: Finding) -> None:
        for part in (machine, configuration, database, queue):
            found = [finding] if part is machine else []
            monkeypatch.setattr(part, "examine", lambda found=found: iter(found))

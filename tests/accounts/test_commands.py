"""`tenant` and `token` at the terminal."""

import re
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from parkops import founding
from parkops.accounts import queries
from parkops.accounts.models import ApiToken, User
from parkops.tenancy.command_line import tenant_named
from parkops.tenancy.models import Domain, Tenant

PROGRAMME = Path(__file__).parent.parent / "programmes" / "harbor.yaml"


def create(slug="brook", file=PROGRAMME, admin="ada@brook.example", name="Brook Town"):
    call_command(
        "tenant", "create", slug, "--name", name, "--programme", str(file), "--admin", admin
    )


def schemas():
    with connection.cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 't\\_%' ORDER BY 1")
        return [row[0] for row in cursor.fetchall()]


class TestTenantCreate:
    def test_opens_a_site_whose_administrator_sets_a_password(self, own_database, capsys):
        create()
        printed = capsys.readouterr().out
        assert "http://brook.localhost" in printed
        link = re.search(r"http://brook\.localhost\S*(/account/welcome/\S+)", printed)[1]
        browser = Client(SERVER_NAME="brook.localhost")
        assert browser.get("/").status_code == 200
        assert browser.post(link, {"password": "a long enough password"}).status_code == 302
        assert browser.get("/office/staff/").status_code == 200
        assert b"ada@brook.example" in browser.get("/office/staff/").content
        with tenant_named("brook") as tenant:
            assert (tenant.timezone, tenant.currency) != ("", "")
            assert tenant.schema_name.startswith("t_")
            assert "brook" not in tenant.schema_name
            assert User.objects.get().roles == ["administrator"]

    def test_lists_every_fault_of_the_program_and_creates_nothing(
        self, own_database, capsys, tmp_path
    ):
        broken = tmp_path / "broken.yaml"
        text = PROGRAMME.read_text()
        broken.write_text(text.replace("schema: 1", "schema: 9") + "\nnonsense: 1\nmore: 2\n")
        before = schemas()
        with pytest.raises(SystemExit) as end:
            create(file=broken)
        assert end.value.code == 1
        told = capsys.readouterr().out.splitlines()
        assert len(told) >= 3
        assert all(re.match(rf"{re.escape(str(broken))}:\d+: ", line) for line in told)
        connection.set_schema_to_public()
        assert schemas() == before
        assert not Tenant.objects.filter(slug="brook").exists()

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ({"slug": "harbor"}, "already a tenant harbor"),
            ({"slug": "Brook"}, "cannot be a tenant's slug"),
            ({"slug": "www"}, "cannot be a tenant's slug"),
            ({"admin": "ada"}, "not an e-mail address"),
            ({"name": "  "}, "name has"),
            ({"file": "/nowhere.yaml"}, "cannot be read"),
        ],
    )
    def test_refuses_in_words(self, own_database, given, said):
        before = schemas()
        with pytest.raises(CommandError, match=said):
            create(**given)
        connection.set_schema_to_public()
        assert schemas() == before
        assert Tenant.objects.count() == 2

    def test_leaves_nothing_when_it_fails_half_way(self, own_database, monkeypatch):
        def broken(*_args, **_kwargs):
            raise ZeroDivisionError

        monkeypatch.setattr(founding.accounts, "welcome_link", broken)
        before = schemas()
        with pytest.raises(ZeroDivisionError):
            create()
        connection.set_schema_to_public()
        assert schemas() == before
        assert not Tenant.objects.filter(slug="brook").exists()
        assert not Domain.objects.filter(domain__startswith="brook").exists()

    def test_begins_anew_after_a_kill(self, own_database, capsys):
        connection.set_schema_to_public()
        left = Tenant(
            slug="brook", name="x", schema_name="t_left_behind", created_at=timezone.now()
        )
        left.save()
        Domain.objects.create(domain="brook.localhost", tenant=left, is_primary=True)
        create()
        assert Tenant.objects.get(slug="brook").status == Tenant.Status.ACTIVE

    def test_suspends_opens_and_lists(self, own_database, capsys):
        call_command("tenant", "suspend", "harbor")
        browser = Client(SERVER_NAME="harbor.localhost")
        assert browser.get("/").status_code == 503
        call_command("tenant", "open", "harbor")
        assert browser.get("/").status_code == 200
        capsys.readouterr()
        call_command("tenant", "list")
        lines = capsys.readouterr().out.splitlines()
        assert [line.split("\t")[:2] for line in lines] == [
            ["harbor", "active"],
            ["hillside", "active"],
        ]
        with pytest.raises(CommandError, match="no tenant nowhere"):
            call_command("tenant", "suspend", "nowhere")


class TestToken:
    def test_prints_the_secret_alone_as_the_last_line(self, harbor, capsys):
        call_command(
            "token",
            "create",
            "--tenant=harbor",
            "--name=gate",
            "--scopes=permits:read, payments:write",
        )
        secret = capsys.readouterr().out.splitlines()[-1]
        connection.set_tenant(harbor)
        found = queries.usable_token(secret, at=timezone.now())
        assert found.scopes == ["payments:write", "permits:read"]

    @pytest.mark.parametrize(
        ("scopes", "said"), [("all", "no scope all"), (" , ", "at least one scope")]
    )
    def test_refuses_in_words(self, harbor, scopes, said):
        with pytest.raises(CommandError, match=said):
            call_command("token", "create", "--tenant=harbor", "--name=x", f"--scopes={scopes}")

    def test_names_the_tenants_there_are(self, harbor):
        with pytest.raises(CommandError, match="harbor, hillside"):
            call_command("token", "create", "--tenant=x", "--name=x", "--scopes=admin")

    def test_lists_without_secrets_and_revokes(self, harbor, capsys):
        call_command("token", "create", "--tenant=harbor", "--name=gate", "--scopes=admin")
        secret = capsys.readouterr().out.strip()
        connection.set_tenant(harbor)
        token = ApiToken.objects.get()
        call_command("token", "revoke", "--tenant=harbor", str(token.pk))
        call_command("token", "list", "--tenant=harbor")
        printed = capsys.readouterr().out
        assert "revoked" in printed
        assert secret not in printed
        connection.set_tenant(harbor)
        assert queries.usable_token(secret, at=timezone.now()) is None

"""Which site answers at a host: the tenant's, the platform's, or none."""

import pytest
from django.db import connection
from django.test import Client
from django_tenants.utils import schema_context

from parkops.tenancy import hosts
from parkops.tenancy import operations as tenancy
from parkops.tenancy.models import Tenant


def at(host: str, path: str = "/", **more):
    """Ask for a page at a host, as a browser does; the test's tenant is current again afterwards."""
    before = connection.tenant
    try:
        return Client().get(path, headers={"host": host}, **more)
    finally:
        connection.set_tenant(before)


@pytest.mark.parametrize(
    "host", ["harbor.localhost", "harbor.localhost:8000", "HARBOR.localhost", "harbor.localhost."]
)
def test_a_tenants_host_is_its_site(harbor, host):
    answer = at(host)
    assert answer.status_code == 200
    assert "Harbor" in answer.content.decode()


@pytest.mark.parametrize(
    "host", ["nobody.localhost", "localhost.evil.test", "harbor.localhost.evil.test", "evil.test"]
)
def test_an_unknown_host_is_nothing(harbor, host):
    answer = at(host)
    assert answer.status_code == 404
    assert "Harbor" not in answer.content.decode()


@pytest.mark.parametrize("host", ["a b", "harbor.localhost/x", "har bor.localhost", "<script>", ""])
def test_junk_is_a_bad_request_or_nothing(harbor, host):
    answer = at(host)
    assert answer.status_code in (400, 404)
    assert "<script>" not in answer.content.decode()


def test_a_forwarded_host_chooses_nothing(harbor, hillside):
    answer = at("harbor.localhost", HTTP_X_FORWARDED_HOST="hillside.localhost")
    assert "Hillside" not in answer.content.decode()


def test_the_public_host_is_the_platform_and_has_no_tenants_pages(harbor):
    assert at("localhost").status_code == 200
    assert at("localhost", "/office/").status_code == 404


def test_a_suspended_site_is_closed_at_once_and_opens_again(harbor, hillside):
    assert at("hillside.localhost").status_code == 200
    tenancy.suspend_tenant(hillside)
    hosts._memory.tenants.clear()
    for path in ("/", "/office/", "/api/v1/zones", "/account/login/"):
        assert at("hillside.localhost", path).status_code == 503
    assert at("harbor.localhost").status_code == 200
    tenancy.open_tenant(hillside)
    hosts._memory.tenants.clear()
    assert at("hillside.localhost").status_code == 200


def test_a_site_being_set_up_is_nothing_yet(harbor, hillside):
    with schema_context("public"):
        Tenant.objects.filter(pk=hillside.pk).update(status=Tenant.Status.PROVISIONING)
    hosts._memory.tenants.clear()
    assert at("hillside.localhost").status_code == 404


def test_hosts_are_remembered_and_unknown_ones_are_not(harbor):
    at("harbor.localhost")
    at("nobody.localhost")
    assert set(hosts._memory.tenants) == {"harbor.localhost"}

"""Which tenant a host name means, remembered in the process for a short while."""

import time
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django_tenants.utils import schema_context

from parkops.tenancy.models import Domain, Tenant

REMEMBER_SECONDS = 30.0
VERSION_SECONDS = 2.0
_VERSION_KEY = "tenancy:hosts"


@dataclass(slots=True)
class _Memory:
    """What this process remembers; the version in the shared cache says when to forget."""

    tenants: dict[str, tuple[float, Tenant | None]]
    sites: dict[int, tuple[float, str]]
    version: object = None
    version_read_at: float = 0.0


_memory = _Memory({}, {})


def is_public(host: str) -> bool:
    """Return whether `host` is the platform's own."""
    return host in {
        settings.DOMAIN,
        f"www.{settings.DOMAIN}",
        "127.0.0.1",
        "localhost",
        "testserver",
    }


def tenant_of(host: str) -> Tenant | None:
    """Return the tenant that `host` (lower case, no port) leads to, None if there is none."""
    now = time.monotonic()
    _forget_if_changed(now)
    known = _memory.tenants.get(host)
    if known and now - known[0] < REMEMBER_SECONDS:
        return known[1]
    with schema_context("public"):
        domain = Domain.objects.select_related("tenant").filter(domain=host).first()
    tenant = domain.tenant if domain else None
    if len(_memory.tenants) > 5_000:
        forget()
    if tenant is not None:
        _memory.tenants[host] = (now, tenant)
    return tenant


def forget() -> None:
    """Make this process read tenants and hosts anew."""
    _memory.tenants.clear()
    _memory.sites.clear()


def forget_everywhere() -> None:
    """Make every process read tenants and hosts anew, at latest in two seconds."""
    forget()
    caches["global"].set(_VERSION_KEY, time.time_ns(), timeout=None)


def site_url(tenant: Tenant) -> str:
    """Return the address of a tenant's site, without a slash at the end; never made from a request."""
    return f"{settings.SCHEME}://{_host_of(tenant)}{_port()}"


def _host_of(tenant: Tenant) -> str:
    now = time.monotonic()
    _forget_if_changed(now)
    known = _memory.sites.get(tenant.pk)
    if known and now - known[0] < REMEMBER_SECONDS:
        return known[1]
    with schema_context("public"):
        domains = Domain.objects.filter(tenant=tenant, is_primary=True)
        host = domains.values_list("domain", flat=True).first()
    host = host or f"{tenant.slug}.{settings.DOMAIN}"
    _memory.sites[tenant.pk] = (now, host)
    return host


def platform_url() -> str:
    """Return the address of the platform's own front page."""
    return f"{settings.SCHEME}://{settings.DOMAIN}{_port()}"


def current_site_url() -> str:
    """Return the address of the current tenant's site."""
    tenant = connection.tenant
    if not isinstance(tenant, Tenant):
        with schema_context("public"):
            tenant = Tenant.objects.get(schema_name=connection.schema_name)
    return site_url(tenant)


def _port() -> str:
    default = {"http": 80, "https": 443}[settings.SCHEME]
    return "" if default == settings.PORT or settings.SCHEME == "https" else f":{settings.PORT}"


def _forget_if_changed(now: float) -> None:
    if now - _memory.version_read_at < VERSION_SECONDS:
        return
    _memory.version_read_at = now
    try:
        version = caches["global"].get(_VERSION_KEY)
    except (OSError, ConnectionError):
        return
    if version != _memory.version:
        _memory.version = version
        forget()

"""What can be done to a tenant."""

import re
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django_tenants.utils import schema_context

from parkops.kernel.decisions import Conflict, Refused
from parkops.tenancy import hosts, patterns, readers
from parkops.tenancy.models import Domain, OperatorLink, OutboxEntry, SchemaPattern, Tenant
from parkops.ui.brand import check as check_brand

_SLUG = re.compile(r"[a-z][a-z0-9-]{0,38}[a-z0-9]")
_RESERVED = {"www", "api", "admin", "static", "mail", "public", "platform", "app"}
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def new_schema_name(at: datetime) -> str:
    """Return an opaque schema name: sortable by the time it was made, else random."""
    millis = int(at.timestamp() * 1000)
    stamp = "".join(_ALPHABET[(millis >> shift) & 31] for shift in range(45, -5, -5))
    return f"t_{stamp}{''.join(secrets.choice(_ALPHABET) for _ in range(12))}"


def create_tenant(
    *, slug: str, name: str, at: datetime, is_demonstration: bool = False, schema_name: str = ""
) -> Tenant:
    """Create a tenant with its host and its schema, migrated; it stays closed until `open_tenant`.

    Not one transaction: what fails half-way is removed again.

    :raises Refused: if the slug cannot be a host name.
    :raises Conflict: if the slug or its host is taken.
    """
    if not _SLUG.fullmatch(slug) or slug in _RESERVED:
        raise Refused(
            "slug",
            f"{slug!r} cannot be a tenant's slug: 2 to 40 small letters, digits and hyphens, "
            "starting with a letter, and not a reserved word.",
            field="slug",
        )
    host = f"{slug}.{settings.DOMAIN}"
    with schema_context("public"):
        with transaction.atomic():
            if (
                Tenant.objects.filter(slug=slug).exists()
                or Domain.objects.filter(domain=host).exists()
            ):
                raise Conflict("slug_taken", f"There is already a tenant {slug}.", field="slug")
            tenant = Tenant(
                slug=slug,
                name=name,
                schema_name=schema_name or new_schema_name(at),
                is_demonstration=is_demonstration,
                created_at=at,
            )
            tenant.save()
            Domain.objects.create(domain=host, tenant=tenant, is_primary=True)
        try:
            _make_schema(tenant.schema_name, at=at)
        except BaseException:
            connection.set_schema_to_public()
            drop_tenant(tenant)
            raise
        connection.set_schema_to_public()
    return tenant


def _make_schema(name: str, *, at: datetime) -> None:
    """Make the schema `name` with all tables of a tenant, empty but for what migrations put into them.

    By the script of the last schema that these migrations made; the first is migrated, and written down.
    """
    digest = patterns.migrations_digest()
    pattern = SchemaPattern.objects.filter(digest=digest).first()
    if pattern is not None:
        patterns.replay(pattern.script, name)
        return
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE SCHEMA "{name}"')
    call_command("migrate_schemas", schema_name=name, tenant=True, interactive=False, verbosity=0)
    connection.set_schema_to_public()
    if script := patterns.written_down(name):
        SchemaPattern.objects.exclude(digest=digest).delete()
        kept = {"script": script, "made_at": at}
        SchemaPattern.objects.get_or_create(digest=digest, defaults=kept)


def open_tenant(tenant: Tenant) -> None:
    """Let a tenant be reached at its host."""
    _set_status(tenant, Tenant.Status.ACTIVE)


def suspend_tenant(tenant: Tenant) -> None:
    """Close a tenant's host and stop its tasks; nothing of it is removed."""
    _set_status(tenant, Tenant.Status.SUSPENDED)


def describe_tenant(
    tenant: Tenant, *, timezone: str, currency: str, locale: str, languages: list[str]
) -> None:
    """Copy what every page needs from the programme in force onto the tenant's row."""
    facts = {"timezone": timezone, "currency": currency, "locale": locale, "languages": languages}
    if all(getattr(tenant, name, None) == value for name, value in facts.items()):
        return
    with schema_context("public"):
        Tenant.objects.filter(pk=tenant.pk).update(**facts)
    for name, value in facts.items():
        setattr(tenant, name, value)
    transaction.on_commit(hosts.forget_everywhere)


def close_for_set_up(tenant: Tenant) -> None:
    """Keep a tenant unreachable until `open_tenant`, as while it was created."""
    _set_status(tenant, Tenant.Status.PROVISIONING)


def dress_tenant(
    tenant: Tenant, *, brand: str, brand_night: str, brand_mark: str, stripe_account: str = ""
) -> None:
    """Give a tenant its colors and the account that cards are paid to.

    :raises Refused: if text in the colors could not be read.
    """
    for refusal in check_brand(brand, brand_night, brand_mark):
        if not refusal.is_warning:
            raise Refused("brand", refusal.reason, field=refusal.field)
    facts = {
        "brand": brand,
        "brand_night": brand_night,
        "brand_mark": brand_mark,
        "stripe_account": stripe_account or tenant.stripe_account,
    }
    with schema_context("public"):
        Tenant.objects.filter(pk=tenant.pk).update(**facts)
    for name, value in facts.items():
        setattr(tenant, name, value)
    transaction.on_commit(hosts.forget_everywhere)


def set_platform_fee(tenant: Tenant, points: int) -> None:
    """Let the platform keep so many hundredths of a percent of each card payment that begins from now on.

    :raises Refused: for less than nothing or more than a fifth.
    """
    if not 0 <= points <= 2_000:
        raise Refused("platform_fee", "The platform keeps from 0% to 20%.", field="platform_fee")
    _change(tenant, platform_fee_points=points)


def stop_cards(tenant: Tenant, *, at: datetime | None) -> None:
    """Take no more cards, since the provider lets us act for the account no more; with None, again."""
    _change(tenant, cards_stopped_at=at)


def _change(tenant: Tenant, **facts: object) -> None:
    with schema_context("public"):
        Tenant.objects.filter(pk=tenant.pk).update(**facts)
    for name, value in facts.items():
        setattr(tenant, name, value)
    transaction.on_commit(hosts.forget_everywhere)


def drop_tenant(tenant: Tenant) -> None:
    """Remove a tenant with everything it holds. There is no way back."""
    with schema_context("public"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f'DROP SCHEMA IF EXISTS "{tenant.schema_name}" CASCADE')
        readers.drop_readers(tenant.schema_name)
        OutboxEntry.objects.filter(schema_name=tenant.schema_name).delete()
        Domain.objects.filter(tenant=tenant).delete()
        Tenant.objects.filter(pk=tenant.pk).delete()
        transaction.on_commit(hosts.forget_everywhere)


def _set_status(tenant: Tenant, status: Tenant.Status) -> None:
    with schema_context("public"):
        Tenant.objects.filter(pk=tenant.pk).update(status=status)
    tenant.status = status
    transaction.on_commit(hosts.forget_everywhere)


def make_operator_link(*, name: str, days: int, at: datetime) -> OperatorLink:
    """Make an address at which somebody sees how the platform does; it holds for `days`."""
    with schema_context("public"):
        return OperatorLink.objects.create(
            name=name, made_at=at, expires_at=at + timedelta(days=days)
        )


def revoke_operator_links(*, name: str, at: datetime) -> int:
    """Let every address made for this name lead nowhere; returns how many did lead somewhere."""
    with schema_context("public"):
        rows = OperatorLink.objects.filter(name=name, revoked_at__isnull=True, expires_at__gt=at)
        return rows.update(revoked_at=at)

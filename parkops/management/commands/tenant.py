"""`manage.py tenant create|list|suspend|open`: the platform's tenants at the terminal."""

import sys
from argparse import ArgumentParser
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone
from django_tenants.utils import schema_context

from parkops.accounts.operations import WELCOME_DAYS
from parkops.api.values import email_address
from parkops.founding import found_tenant
from parkops.kernel.decisions import Refused
from parkops.programme import load
from parkops.tenancy import hosts, operations
from parkops.tenancy.models import Tenant


class Command(BaseCommand):
    """Creates tenants, lists them, closes and opens them."""

    help = "Create, list, suspend or open a tenant."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the acts and their options."""
        acts = parser.add_subparsers(dest="act", required=True)
        create = acts.add_parser("create", help="make a tenant; asks nothing")
        create.add_argument("slug", metavar="SLUG")
        create.add_argument("--name", required=True)
        create.add_argument("--programme", required=True, metavar="FILE")
        create.add_argument("--admin", required=True, metavar="EMAIL")
        acts.add_parser("list", help="print every tenant with its address")
        fee = acts.add_parser("fee", help="say what the platform keeps of each card payment")
        fee.add_argument("slug", metavar="SLUG")
        fee.add_argument("percent", metavar="PERCENT", help="such as 1.5; 0 for nothing")
        for act, told in (("suspend", "close its site"), ("open", "open its site again")):
            acts.add_parser(act, help=told).add_argument("slug", metavar="SLUG")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do the act asked for."""
        self._prepare_database()
        getattr(self, f"_{options['act']}")(**options)

    def _create(self, *, slug: str, name: str, programme: str, admin: str, **_: Any) -> None:
        email = email_address(admin)
        if email is None:
            raise CommandError(f"{admin} is not an e-mail address such as ana@example.org.")
        if not name.strip() or len(name) > 200 or not name.isprintable():
            raise CommandError("A tenant's name has 1 to 200 characters.")
        loaded = self._load(programme)
        try:
            founded = found_tenant(
                slug=slug,
                name=name.strip(),
                loaded=loaded,
                admin_email=email,
                at=timezone.now(),
            )
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{founded.tenant.name} is open at {founded.site_url}/")
        self.stdout.write(f"{email} sets a password here, once, within {WELCOME_DAYS} days:")
        self.stdout.write(founded.welcome_url)

    def _prepare_database(self) -> None:
        """Make the platform's own tables in a database that has none yet."""
        with schema_context("public"):
            tables = connection.introspection.table_names()
        if Tenant._meta.db_table not in tables:
            call_command("migrate_schemas", shared=True, interactive=False, verbosity=0)

    def _fee(self, *, slug: str, percent: str, **_: Any) -> None:
        try:
            points = Decimal(percent.removesuffix("%")) * 100
        except InvalidOperation:
            points = Decimal("0.5")
        if points != points.to_integral_value():
            raise CommandError(
                f"{percent} is not a percent with two decimals at most, such as 1.5."
            )
        with schema_context("public"):
            tenant = Tenant.objects.filter(slug=slug).first()
        if tenant is None:
            raise CommandError(f"There is no tenant {slug}.")
        try:
            operations.set_platform_fee(tenant, int(points))
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(
            f"The platform keeps {percent.removesuffix('%')}% of {slug}'s card payments."
        )

    def _list(self, **_: Any) -> None:
        with schema_context("public"):
            tenants = list(Tenant.objects.order_by("slug"))
        for tenant in tenants:
            self.stdout.write(
                f"{tenant.slug}\t{tenant.status}\t{hosts.site_url(tenant)}/\t{tenant.name}"
            )

    def _suspend(self, *, slug: str, **_: Any) -> None:
        operations.suspend_tenant(self._tenant(slug))
        self.stdout.write(f"{slug} is closed. Nothing of it was removed.")

    def _open(self, *, slug: str, **_: Any) -> None:
        operations.open_tenant(self._tenant(slug))
        self.stdout.write(f"{slug} is open.")

    def _tenant(self, slug: str) -> Tenant:
        with schema_context("public"):
            tenant = (
                Tenant.objects.filter(slug=slug).exclude(status=Tenant.Status.PROVISIONING).first()
            )
        if tenant is None:
            raise CommandError(f"There is no tenant {slug}.")
        return tenant

    def _load(self, file: str) -> load.Loaded:
        try:
            return load.load(Path(file).read_bytes(), file)
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
        except load.Faulty as faulty:
            for fault in faulty.faults:
                self.stdout.write(fault.render(file))
            sys.exit(1)

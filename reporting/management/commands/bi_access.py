"""`manage.py bi_access TENANT`: a login of the database for BI tools, made, listed or revoked."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from parkops.kernel.actors import SYSTEM
from parkops.kernel.decisions import Refused
from parkops.tenancy import readers
from parkops.tenancy.command_line import tenant_named
from reporting.questions import operations


class Command(BaseCommand):
    """Gives a BI tool a login that reads one tenant's published views and nothing else."""

    help = "Make, list or revoke a login that reads the published views of a tenant (docs/guides/bi.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the options."""
        parser.add_argument("tenant", metavar="TENANT")
        parser.add_argument("--label", default="bi", help="which login; one for each tool")
        parser.add_argument(
            "--personal", action="store_true", help="read columns that tell of people too"
        )
        acts = parser.add_mutually_exclusive_group()
        acts.add_argument("--revoke", action="store_true", help="remove it and end its sessions")
        acts.add_argument("--list", action="store_true", help="print the logins there are")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do the act asked for."""
        with tenant_named(options["tenant"]):
            try:
                self._act(**options)
            except Refused as refusal:
                raise CommandError(str(refusal)) from refusal

    def _act(self, *, label: str, personal: bool, revoke: bool, **options: Any) -> None:
        if options["list"]:
            for role in readers.logins():
                self.stdout.write(role)
        elif revoke:
            operations.take_login(label, by=SYSTEM, at=timezone.now())
            self.stdout.write(f"The login {label} is revoked.")
        else:
            made = operations.give_login(label, is_personal=personal, by=SYSTEM, at=timezone.now())
            told = connection.get_connection_params()
            self.stdout.write(f"Host      {told.get('host') or 'this machine'}")
            self.stdout.write(f"Port      {told.get('port') or 5432}")
            self.stdout.write(f"Database  {told['dbname']}")
            self.stdout.write(f"Schema    {connection.schema_name}")
            self.stdout.write(f"User      {made.role}")
            self.stdout.write(f"Password  {made.password}")
            self.stdout.write(
                "The password is told once. Columns that tell of people are "
                + (
                    "read too."
                    if personal
                    else "not read; --personal makes a login that reads them."
                )
            )

"""`manage.py register --tenant SLUG FILE`: load the register of vehicles."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone


class Command(BaseCommand):
    """Loads a CSV of registered vehicles into a tenant."""

    help = "Load a CSV of registered vehicles into a tenant; it replaces the one before."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Ask for the tenant and the file."""
        parser.add_argument("file")
        parser.add_argument("--tenant", required=True, metavar="SLUG")

    def handle(self, *_args: Any, file: str, tenant: str, **_: Any) -> None:
        """Load the file."""
        from django_tenants.utils import tenant_context

        from parkops.customers import operations
        from parkops.kernel.actors import SYSTEM
        from parkops.kernel.decisions import Refused
        from parkops.tenancy.command_line import tenant_named

        path = Path(file)
        try:
            content = path.read_bytes()
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        with tenant_context(tenant_named(tenant)):
            try:
                count = operations.load_register(
                    content, name=path.name, by=SYSTEM, at=timezone.now()
                )
            except Refused as refusal:
                raise CommandError(f"{file}: {refusal}") from refusal
        self.stdout.write(f"{count} vehicles are in the register of {tenant}.")

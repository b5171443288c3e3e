"""`manage.py bank read`: a bank's statement, as a file, into the books of an organization."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from parkops.kernel.actors import SYSTEM
from parkops.kernel.decisions import Refused
from parkops.tenancy.command_line import tenant_named
from payments import bank_pages, operations


class Command(BaseCommand):
    """Reads bank statements."""

    help = "Read a bank's statement (CAMT.053 or OFX); each entry is booked once."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the act and its options."""
        acts = parser.add_subparsers(dest="act", required=True)
        read = acts.add_parser("read", help="book what is new in a file, and match it")
        read.add_argument("file")
        read.add_argument("--tenant", metavar="SLUG", required=True)

    def handle(self, *_args: Any, file: str, tenant: str, **_: Any) -> None:
        """Read the file, and say what became of it."""
        try:
            content = Path(file).read_bytes()
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error}") from error
        try:
            with tenant_named(tenant):
                told = operations.read_statement(
                    content, name=Path(file).name, by=SYSTEM, at=timezone.now()
                )
        except Refused as refusal:
            raise CommandError(f"{file}: {refusal}") from refusal
        self.stdout.write(bank_pages.read_text(told.statements, told.new))
        for statement in told.statements:
            for words in statement.refused:
                self.stdout.write(words)

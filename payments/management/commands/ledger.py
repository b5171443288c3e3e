"""`manage.py ledger verify`: the books at the terminal."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from parkops.kernel.actors import SYSTEM
from parkops.tenancy.command_line import tenant_named
from payments import operations, pages


class Command(BaseCommand):
    """Proves the books."""

    help = "Prove a tenant's books."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the acts and their options."""
        acts = parser.add_subparsers(dest="act", required=True)
        verify = acts.add_parser(
            "verify", help="make every balance and charge again; exit 0 if all agree, 1 otherwise"
        )
        verify.add_argument("--tenant", required=True, metavar="SLUG")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do the act asked for."""
        getattr(self, f"_{options['act']}")(**options)

    def _verify(self, *, tenant: str, **_: Any) -> None:
        with tenant_named(tenant):
            proof = operations.prove_books(by=SYSTEM, at=timezone.now())
            shown = [
                f"{one.subject}: {one.kept} kept, {one.again} made again. {one.text}"
                for one in pages.differences(proof)
            ]
        self.stdout.write(
            f"{proof.entries:,} entries, {proof.charges:,} charges and {proof.payments:,} payments"
            f" made again in {proof.milliseconds / 1000:.1f} s."
        )
        for why, count in sorted(proof.set_aside.items()):
            self.stdout.write(f"  {count:,} charges not made again: {why}")
        for line in shown:
            self.stdout.write(f"  {line}")
        if not proof.differences:
            self.stdout.write("All agree.")
            return
        self.stdout.write(f"{proof.differences:,} differ.")
        sys.exit(1)

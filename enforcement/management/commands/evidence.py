"""`manage.py evidence verify`: walks a tenant's chain of evidence."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from enforcement.queries import chain
from parkops.tenancy.command_line import tenant_named


class Command(BaseCommand):
    """Verifies the chain of evidence."""

    help = "Walk a tenant's chain of evidence and name the first link that does not hold."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the act and its options."""
        acts = parser.add_subparsers(dest="act", required=True)
        verify = acts.add_parser("verify", help="exit 0 if every link holds, 1 otherwise")
        verify.add_argument("--tenant", required=True, metavar="SLUG")
        verify.add_argument("--files", action="store_true", help="read the pictures too")

    def handle(self, *_args: Any, tenant: str, files: bool, **_: Any) -> None:
        """Walk, and say what was found."""
        with tenant_named(tenant):
            walked = chain.walk(with_files=files)
        broken = walked.broken
        if broken is None:
            self.stdout.write(f"All {walked.held} links hold. The last is {walked.last_hash}.")
            return
        self.stdout.write(f"{walked.held} links hold.")
        self.stdout.write(
            f"Broken at {broken.sequence}: {broken.kind} {broken.reference}: {broken.why}."
        )
        sys.exit(1)

"""`manage.py lottery verify|show`: repeat a draw, from a published text or in the database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from permits.rules.draws import read_published, verify


class Command(BaseCommand):
    """Verifies and shows draws of lotteries and waiting rooms."""

    help = "Verify or show a draw."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the acts and their options."""
        acts = parser.add_subparsers(dest="act", required=True)
        check = acts.add_parser("verify", help="repeat a draw and compare")
        check.add_argument("what", help="a file with the published text, or a draw's reference")
        check.add_argument("--tenant", metavar="SLUG", help="for a reference")
        show = acts.add_parser("show", help="print what is published of a draw")
        show.add_argument("what", help="a draw's reference")
        show.add_argument("--tenant", metavar="SLUG", required=True)

    def handle(self, *_args: Any, act: str, what: str, tenant: str | None, **_: Any) -> None:
        """Do the act asked for."""
        text = self._published(what, tenant) if tenant else self._read(what)
        if act == "show":
            self.stdout.write(text)
            return
        try:
            told = read_published(text)
        except ValueError as fault:
            raise CommandError(f"{what}: {fault}") from fault
        proof = verify(told.commitment, told.seed, told.entries)
        if not proof.is_seed_promised:
            raise CommandError("The seed is not the one that was promised.")
        if proof.first_wrong is not None:
            raise CommandError(f"Number {proof.first_wrong} is not the one that the seed draws.")
        self.stdout.write(
            f"The seed is the promised one, and all {len(told.entries)} entries are in its order."
        )

    def _read(self, what: str) -> str:
        try:
            return Path(what).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{what} cannot be read: {error}") from error

    def _published(self, what: str, slug: str) -> str:
        from parkops.kernel.decisions import NotFound
        from parkops.tenancy.command_line import tenant_named
        from permits.queries import draws

        try:
            with tenant_named(slug):
                return draws.published(draws.draw(UUID(what)))
        except ValueError as error:
            raise CommandError(f"{what} is not a draw's reference.") from error
        except NotFound as missing:
            raise CommandError(str(missing)) from missing

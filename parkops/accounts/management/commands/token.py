"""`manage.py token create|list|revoke`: API tokens at the terminal."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from parkops.accounts import operations, queries
from parkops.kernel.actors import SYSTEM
from parkops.kernel.decisions import Refused
from parkops.tenancy.command_line import tenant_named


class Command(BaseCommand):
    """Makes, lists and revokes the tokens of a tenant."""

    help = "Create, list or revoke API tokens of a tenant."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the acts and their options."""
        acts = parser.add_subparsers(dest="act", required=True)
        create = acts.add_parser("create", help="make a token and print it, once")
        create.add_argument("--tenant", required=True, metavar="SLUG")
        create.add_argument("--name", required=True)
        create.add_argument("--scopes", required=True, metavar="A,B")
        listed = acts.add_parser("list", help="print the tokens without their secrets")
        listed.add_argument("--tenant", required=True, metavar="SLUG")
        revoke = acts.add_parser("revoke", help="let a token work no more")
        revoke.add_argument("--tenant", required=True, metavar="SLUG")
        revoke.add_argument("token_id", type=int, metavar="ID")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do the act asked for."""
        with tenant_named(options["tenant"]):
            try:
                getattr(self, f"_{options['act']}")(**options)
            except Refused as refusal:
                raise CommandError(str(refusal)) from refusal

    def _create(self, *, name: str, scopes: str, **_: Any) -> None:
        chosen = [scope.strip() for scope in scopes.split(",") if scope.strip()]
        made = operations.create_token(name=name, scopes=chosen, by=SYSTEM, at=timezone.now())
        self.stdout.write(made.secret)

    def _list(self, **_: Any) -> None:
        for token in queries.tokens():
            state = "revoked" if token.revoked_at else "usable"
            self.stdout.write(f"{token.pk}\t{state}\t{token.name}\t{','.join(token.scopes)}")

    def _revoke(self, *, token_id: int, **_: Any) -> None:
        token = operations.revoke_token(token_id, by=SYSTEM, at=timezone.now())
        self.stdout.write(f"{token.name} is revoked.")

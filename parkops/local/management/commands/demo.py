"""`manage.py demo load|signins|remove`: the demonstration at the terminal."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from parkops.kernel.decisions import Refused
from parkops.local.demo import load


class Command(BaseCommand):
    """Loads the demonstration, prints its sign-ins, removes it."""

    help = "Load the demonstration's two tenants, print who may sign in, or remove them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the acts."""
        parser.add_argument("act", choices=["load", "signins", "remove"])

    def handle(self, *_args: Any, act: str, **_options: Any) -> None:
        """Do the act asked for."""
        try:
            getattr(self, f"_{act}")()
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal

    def _load(self) -> None:
        made = load.load(at=timezone.now())
        self.stdout.write(f"Loaded {' and '.join(made)}." if made else "Already loaded.")

    def _remove(self) -> None:
        gone = load.remove()
        self.stdout.write(f"Removed {' and '.join(gone)}." if gone else "Nothing to remove.")

    def _signins(self) -> None:
        site = ""
        for sign_in in load.sign_ins():
            if sign_in.site != site:
                site = sign_in.site
                self.stdout.write(f"{site}/  (password: {sign_in.password})")
            self.stdout.write(f"  {sign_in.role:<14}{sign_in.email}")

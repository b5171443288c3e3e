"""`manage.py demo load|signins|remove`: the demonstration at the terminal."""

import subprocess
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from parkops.kernel.decisions import Refused
from parkops.local.demo import load
from parkops.local.demo.programmes import PLACES, Place


class Command(BaseCommand):
    """Loads the demonstration, prints its sign-ins, removes it."""

    help = "Load the demonstration's two tenants, print who may sign in, or remove them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the acts."""
        parser.add_argument("act", choices=["load", "signins", "remove"])
        parser.add_argument("--only", choices=[place.slug for place in PLACES])

    def handle(self, *_args: Any, act: str, only: str | None, **_options: Any) -> None:
        """Do the act asked for."""
        try:
            getattr(self, f"_{act}")(only)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal

    def _load(self, only: str | None) -> None:
        missing = [place for place in load.missing() if only in (None, place.slug)]
        if not missing:
            self.stdout.write("Already loaded.")
        elif len(missing) == 1:
            load.make(missing[0], at=timezone.now())
            self.stdout.write(f"Loaded {missing[0].slug}.")
        else:
            self._load_side_by_side(missing)

    def _load_side_by_side(self, places: list[Place]) -> None:
        """Load each place in a process of its own: a season is mostly one processor's work."""
        words = [sys.executable, sys.argv[0], "demo", "load", "--only"]
        running = [subprocess.Popen([*words, place.slug]) for place in places]
        statuses = [process.wait() for process in running]
        if any(statuses):
            raise CommandError("The demonstration was not loaded whole. Try again.")

    def _remove(self, _only: str | None) -> None:
        gone = load.remove()
        self.stdout.write(f"Removed {' and '.join(gone)}." if gone else "Nothing to remove.")

    def _signins(self, _only: str | None) -> None:
        site = ""
        for sign_in in load.sign_ins():
            if sign_in.site != site:
                site = sign_in.site
                self.stdout.write(f"{site}/  (password: {sign_in.password})")
            self.stdout.write(f"  {sign_in.role:<14}{sign_in.email}")

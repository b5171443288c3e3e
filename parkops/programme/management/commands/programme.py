"""`manage.py programme check|lint|apply|replay|show`: the programme file at the terminal."""

import sys
from argparse import ArgumentParser
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from parkops.programme import lint, load


class Command(BaseCommand):
    """Checks, applies, tries and shows programme files."""

    help = "Check, lint, apply, try or show a programme file."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the four acts and their options."""
        acts = parser.add_subparsers(dest="act", required=True)
        for act, told in (("check", "list every fault"), ("lint", "find what is surely unwanted")):
            acts.add_parser(act, help=told).add_argument("file")
        apply = acts.add_parser("apply", help="make a new version")
        apply.add_argument("file")
        apply.add_argument("--tenant", required=True, metavar="SLUG")
        apply.add_argument("--from", dest="begins", metavar="DATE", help="default: now")
        apply.add_argument("--dry-run", action="store_true", help="print what would change")
        replay = acts.add_parser("replay", help="try a file on what happened; changes nothing")
        replay.add_argument("file")
        replay.add_argument("--tenant", required=True, metavar="SLUG")
        replay.add_argument("--months", type=int, default=3, metavar="N", help="default: 3")
        show = acts.add_parser("show", help="print the version in force")
        show.add_argument("--tenant", required=True, metavar="SLUG")
        show.add_argument("--at", metavar="DATE", help="default: now")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do the act asked for."""
        getattr(self, f"_{options['act']}")(**options)

    def _check(self, *, file: str, **_: Any) -> None:
        self._load(file)
        self.stdout.write(f"{file}: no faults.")

    def _lint(self, *, file: str, **_: Any) -> None:
        loaded = self._load(file)
        today = timezone.now().astimezone(loaded.programme.tz).date()
        for line in lint.findings(loaded.programme, today=today):
            self.stdout.write(f"{file}: {line}")

    def _apply(
        self, *, file: str, tenant: str, begins: str | None, dry_run: bool, **_: Any
    ) -> None:
        from parkops.kernel.actors import SYSTEM
        from parkops.kernel.decisions import Refused
        from parkops.programme import operations
        from parkops.tenancy.command_line import tenant_named

        loaded = self._load(file)
        now = timezone.now()
        begins_at = self._instant(begins, loaded.programme.tz) if begins else None
        with tenant_named(tenant):
            try:
                if dry_run:
                    done = operations.preview(loaded, begins_at=begins_at or now)
                else:
                    done = operations.apply_version(loaded, begins_at=begins_at, by=SYSTEM, at=now)
            except Refused as refusal:
                raise CommandError(str(refusal)) from refusal
        if not done.is_new:
            self.stdout.write(f"Version {done.number} already says this. Nothing changed.")
            return
        self.stdout.write(
            f"Would make version {done.number}:" if dry_run else f"Version {done.number}:"
        )
        for line in done.changes:
            self.stdout.write(f"  {line}")

    def _replay(self, *, file: str, tenant: str, months: int, **_: Any) -> None:
        from parkops.kernel.actors import SYSTEM
        from parkops.kernel.decisions import Refused
        from parkops.programme import trying
        from parkops.tenancy.command_line import tenant_named

        loaded = self._load(file)
        with tenant_named(tenant):
            try:
                lines = trying.trier().table(
                    loaded,
                    months=months,
                    name=Path(file).name,
                    by=SYSTEM,
                    clock=timezone.now,
                    tell=self.stderr.write,
                )
            except Refused as refusal:
                raise CommandError(str(refusal)) from refusal
        for line in lines:
            self.stdout.write(line)

    def _show(self, *, tenant: str, at: str | None, **_: Any) -> None:
        from parkops.kernel.decisions import Refused
        from parkops.programme import queries
        from parkops.tenancy.command_line import tenant_named

        with tenant_named(tenant) as found:
            moment = self._instant(at, ZoneInfo(found.timezone)) if at else timezone.now()
            try:
                text = load.to_yaml(queries.document(queries.in_force(moment).number))
            except Refused as refusal:
                raise CommandError(str(refusal)) from refusal
        self.stdout.write(text, ending="" if text.endswith("\n") else "\n")

    def _load(self, file: str) -> load.Loaded:
        try:
            return load.load(Path(file).read_bytes(), file)
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
        except load.Faulty as faulty:
            for fault in faulty.faults:
                self.stdout.write(fault.render(file))
            sys.exit(1)

    def _instant(self, text: str, zone: ZoneInfo) -> datetime:
        """Return the start of a local date, or a moment with or without an offset, as an instant."""
        try:
            if len(text) == 10:
                return datetime.combine(date.fromisoformat(text), time(), zone).astimezone(UTC)
            moment = datetime.fromisoformat(text)
        except ValueError as error:
            raise CommandError(f"{text} is not a date. Give one such as 2026-09-01.") from error
        return moment if moment.tzinfo else moment.replace(tzinfo=zone)

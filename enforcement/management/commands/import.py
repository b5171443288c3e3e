# ruff: noqa: N999  the command is called import
"""`manage.py import citations|counts|undo|list`: records of other systems, at the terminal."""

import stat
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

from defusedcsv import csv
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from enforcement.imports import mapping as mappings
from enforcement.imports import operations, queries
from enforcement.imports.models import CITATIONS, COUNTS
from enforcement.imports.stage import Refusal
from parkops.kernel.actors import SYSTEM
from parkops.kernel.decisions import Refused
from parkops.tenancy.command_line import tenant_named

_MAY_WRITE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH
HEADS = ["line", "field", "value", "reason"]


class Report:
    """The file of refused lines, made when there is the first one."""

    def __init__(self, asked: str | None, source: Path) -> None:
        self._places = [Path(asked)] if asked else _report_places(source)
        self._file: Any = None
        self.path: Path | None = None
        if asked or self._places[0].exists():
            self._open()

    def refused(self, refusal: Refusal) -> None:
        """Write why a line was refused."""
        if self._file is None:
            self._open()
        self._writer.writerow([refusal.line, refusal.field, refusal.value, refusal.reason])

    def close(self) -> None:
        """End the file."""
        if self._file is not None:
            self._file.close()

    def _open(self) -> None:
        for place in self._places:
            try:
                self._file = place.open("w", encoding="utf-8", newline="")
            except OSError as error:
                trouble = error
                continue
            self.path = place
            self._writer = csv.writer(self._file)
            self._writer.writerow(HEADS)
            return
        raise CommandError(
            f"The report cannot be written to {self._places[0]}: {trouble.strerror}. "
            "Name another place with --report."
        )


class Command(BaseCommand):
    """Imports files, undoes imports, lists them."""

    help = "Import citations or counts of another system, undo an import, or list the imports."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the acts and their options."""
        acts = parser.add_subparsers(dest="act", required=True)
        for what in (CITATIONS, COUNTS):
            bring = acts.add_parser(what, help=f"import a file of {what}, plain or gzipped CSV")
            bring.add_argument("--tenant", required=True, metavar="SLUG")
            bring.add_argument("file", metavar="FILE")
            bring.add_argument("--mapping", required=True, metavar="MAP.yaml")
            bring.add_argument("--dry-run", action="store_true", help="keep nothing")
            bring.add_argument(
                "--report", metavar="FILE", help="refused lines; default: FILE.refused.csv"
            )
        undo = acts.add_parser("undo", help="remove what an import brought")
        undo.add_argument("--tenant", required=True, metavar="SLUG")
        undo.add_argument("batch", type=int, metavar="BATCH")
        acts.add_parser("list", help="print the imports, newest first").add_argument(
            "--tenant", required=True, metavar="SLUG"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do the act asked for."""
        try:
            getattr(self, f"_{options['act']}")(**options)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal

    def _citations(self, **options: Any) -> None:
        mapping = self._mapping(mappings.Mapping, options["mapping"])
        self._bring(operations.import_citations, mapping, **options)

    def _counts(self, **options: Any) -> None:
        mapping = self._mapping(mappings.CountMapping, options["mapping"])
        self._bring(operations.import_counts, mapping, **options)

    def _bring(
        self,
        bring: Callable[..., operations.Outcome],
        found: mappings.Mapping | mappings.CountMapping,
        *,
        tenant: str,
        file: str,
        dry_run: bool,
        report: str | None,
        **_: Any,
    ) -> None:
        path = Path(file)
        with tenant_named(tenant), _opened(path) as raw:
            written = Report(report, path)
            size = path.stat().st_size
            try:
                with tqdm(
                    total=size,
                    desc=path.name,
                    unit="B",
                    unit_scale=True,
                    leave=False,
                    disable=not sys.stderr.isatty(),
                ) as bar:
                    outcome = bring(
                        raw,
                        name=path.name,
                        mapping=found,
                        told=lambda: bar.update(min(raw.tell(), size) - bar.n),
                        refused=written.refused,
                        dry_run=dry_run,
                        by=SYSTEM,
                        at=timezone.now(),
                    )
            finally:
                written.close()
        for line in _summary(outcome, path.name):
            self.stdout.write(line)
        if written.path and outcome.refused:
            self.stdout.write(f"The refused lines and why: {written.path}")

    def _undo(self, *, tenant: str, batch: int, **_: Any) -> None:
        with tenant_named(tenant):
            gone = operations.undo_import(batch, by=SYSTEM, at=timezone.now())
            noun = queries.noun_of(queries.import_of(batch)).removesuffix("s")
        self.stdout.write(f"Import {batch} is undone: {_count(gone, noun)} removed.")

    def _list(self, *, tenant: str, **_: Any) -> None:
        with tenant_named(tenant) as found:
            zone = ZoneInfo(found.timezone)
            for batch in queries.imports().iterator():
                made = batch.made_at.astimezone(zone)
                state = "undone" if batch.undone_at else "imported"
                self.stdout.write(
                    f"{batch.pk}\t{made:%Y-%m-%d %H:%M}\t{batch.imported}\t{batch.refused}\t{state}"
                    f"\t{batch.file_name}"
                )

    def _mapping(self, form: type[mappings.M], file: str) -> mappings.M:
        try:
            return mappings.read_as(form, Path(file))
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
        except mappings.FaultyMapping as faulty:
            for fault in faulty.faults:
                self.stdout.write(fault.render(file))
            sys.exit(1)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        raw = path.open("rb")
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
    with raw:
        if not raw.seekable() or path.is_dir():
            raise CommandError(f"{path} is not a file.")
        yield raw


def _report_places(source: Path) -> list[Path]:
    """Beside the input; where its folder is read-only, even if we may write, where we are."""
    name = f"{source.name}.refused.csv"
    here = Path(name)
    is_read_only = not source.parent.stat().st_mode & _MAY_WRITE
    return [here] if is_read_only else [source.with_name(name), here]


def _summary(outcome: operations.Outcome, name: str) -> list[str]:
    parts = [f"{outcome.imported:,} imported"]
    if outcome.known:
        parts.append(f"{outcome.known:,} known already")
    if outcome.repeated:
        parts.append(f"{outcome.repeated:,} repeated in the file")
    parts.append(f"{outcome.refused:,} refused")
    began = f"Import {outcome.batch}" if outcome.batch else "Dry run, nothing kept"
    if outcome.over:
        parts.append(f"{outcome.over:,} over their capacity kept")
    lines = [f"{began}: {_count(outcome.lines, 'line')} of {name}: {', '.join(parts)}."]
    if outcome.twice:
        lines.append(
            f"{_count(outcome.twice, 'time')} came twice that day, when the clocks went back: the first is taken."
        )
    if outcome.skipped:
        lines.append(
            f"{_count(outcome.skipped, 'time')} did not exist that day, when the clocks went forward: "
            "counted from the change."
        )
    return lines


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"

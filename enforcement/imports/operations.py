"""What can be done with files of other systems: import citations or counts, undo an import."""

import hashlib
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from enforcement.imports import money, queries, stage, texts
from enforcement.imports.count_lines import CountReader
from enforcement.imports.mapping import CountMapping, Mapping
from enforcement.imports.models import CITATIONS, COUNTS, ImportBatch
from enforcement.imports.reading import SKIPPED, TWICE, Flaw, LineReader, Unreadable
from enforcement.imports.stage import Refusal
from enforcement.models import Citation
from enforcement.operations import counts
from enforcement.rules.counts import Partly, Told
from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict, NotFound, Refused
from parkops.tenancy.models import Tenant

CLOCKS_MAY_DIFFER_BY = timedelta(days=1)
TELL_EVERY = 2_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file's lines. `batch` is None where nothing was kept: a dry run. `over` is how many
    counts say more vehicles than there are spaces."""

    batch: int | None
    lines: int
    imported: int
    known: int
    repeated: int
    refused: int
    twice: int
    skipped: int
    over: int = 0


@transaction.atomic
def import_citations(
    raw: BinaryIO,
    *,
    name: str,
    mapping: Mapping,
    told: Callable[[], None],
    refused: Callable[[Refusal], None],
    dry_run: bool = False,
    by: Actor,
    at: datetime,
) -> Outcome:
    """Import a file of citations, plain or gzipped CSV, as one batch; the same file again adds nothing.

    `told` is called as lines are read, `refused` for every reason why a line is not imported, by line.
    A dry run does the same and keeps nothing.

    :raises Refused: if the file as a whole cannot be read, or the mapping is not for it or this tenant.
    """
    tenant = connection.tenant
    reader, lines = _opened(raw, mapping, tenant, at)
    _lock()
    stage.make()
    with stage.Filling() as filling:
        for place, line in enumerate(lines):
            if line.fault:
                filling.refuse(line.number, [Flaw("line", "", line.fault)])
            else:
                try:
                    filling.keep(line.number, reader.read(line.cells))
                except Unreadable as unreadable:
                    filling.refuse(line.number, _flaws(unreadable, line))
            if place % TELL_EVERY == 0:
                told()
    told()
    tally = stage.judge(mapping)
    for refusal in stage.refusals():
        refused(refusal)
    sound = tally.lines - tally.refused - tally.repeated
    if dry_run:
        new = stage.count_new(mapping)
        return _outcome(None, tally, new, sound - new)
    batch = ImportBatch.objects.create(
        kind=CITATIONS,
        file_name=name[:200],
        file_sha256=_digest(raw),
        mapping_name=mapping.name,
        mapping=mapping.model_dump(mode="json", exclude_defaults=True),
        lines=tally.lines,
        imported=0,
        known=sound,
        repeated=tally.repeated,
        refused=tally.refused,
        made_at=at,
        made_by=by.name,
    )
    new = stage.insert(mapping, batch=batch.pk, at=at)
    ImportBatch.objects.filter(pk=batch.pk).update(imported=new, known=sound - new)
    if mapping.fields.has_money:
        money.bring_over(batch.pk, by=by, at=at)
    audit.record(
        "import.made",
        subject=("import", str(batch.pk)),
        actor=by,
        at=at,
        file=name[:200],
        lines=tally.lines,
        imported=new,
        refused=tally.refused,
    )
    return _outcome(batch.pk, tally, new, sound - new)


@transaction.atomic
def import_counts(
    raw: BinaryIO,
    *,
    name: str,
    mapping: CountMapping,
    told: Callable[[], None],
    refused: Callable[[Refusal], None],
    dry_run: bool = False,
    by: Actor,
    at: datetime,
) -> Outcome:
    """Import a file of counts of vehicles as one batch; the same file again adds nothing.

    `told`, `refused` and a dry run are as for citations.

    :raises Refused: if the file as a whole cannot be read, or the mapping is not for it.
    """
    _lock()
    batch = _begun(COUNTS, raw, name, mapping, by=by, at=at)
    lines = texts.lines_of(raw, mapping)
    reader = CountReader(
        mapping,
        texts.heads_of(lines, mapping),
        zone=ZoneInfo(mapping.timezone or connection.tenant.timezone),
        not_after=at + CLOCKS_MAY_DIFFER_BY,
    )
    faults: list[Refusal] = []
    count = 0

    def read() -> Iterator[Told | Partly]:
        nonlocal count
        for line in lines:
            count += 1
            if count % TELL_EVERY == 0:
                told()
            if line.fault:
                faults.append(Refusal(line.number, "line", "", line.fault))
                continue
            yield reader.read(line.number, line.cells)

    taken = counts.take_counts(read(), kind=mapping.kind, by=by, at=at, imported_batch=batch.pk)
    told()
    faults += [Refusal(one.line, one.field, one.value, one.reason) for one in taken.refused]
    for refusal in sorted(faults, key=lambda one: one.line):
        refused(refusal)
    bad = len({one.line for one in faults})
    outcome = Outcome(
        None if dry_run else batch.pk,
        count,
        taken.taken,
        taken.known,
        taken.repeated,
        bad,
        reader.odd[TWICE],
        reader.odd[SKIPPED],
        taken.over,
    )
    if dry_run:
        transaction.set_rollback(True)
        return outcome
    ImportBatch.objects.filter(pk=batch.pk).update(
        lines=count,
        imported=taken.taken,
        known=taken.known,
        repeated=taken.repeated,
        refused=bad,
    )
    audit.record(
        "import.made",
        subject=("import", str(batch.pk)),
        actor=by,
        at=at,
        file=name[:200],
        lines=count,
        imported=taken.taken,
        refused=bad,
    )
    return outcome


@transaction.atomic
def bring_counts(
    raw: bytes, *, name: str, mapping: CountMapping, by: Actor, at: datetime
) -> ImportBatch:
    """Import a file of counts that was looked at in the office; the same again is the import that there is.

    :raises Refused: as `import_counts` does.
    """
    _lock()
    known = ImportBatch.objects.filter(
        kind=COUNTS,
        file_sha256=_digest(io.BytesIO(raw)),
        mapping=mapping.model_dump(mode="json", exclude_defaults=True),
        undone_at__isnull=True,
    ).first()
    if known is not None:
        return known
    import_counts(
        io.BytesIO(raw),
        name=name,
        mapping=mapping,
        told=lambda: None,
        refused=lambda _refusal: None,
        by=by,
        at=at,
    )
    return ImportBatch.objects.latest("pk")  # under the lock there is no other


def _begun(
    kind: str,
    raw: BinaryIO,
    name: str,
    mapping: Mapping | CountMapping,
    *,
    by: Actor,
    at: datetime,
) -> ImportBatch:
    """Return a new import of a file; how many lines became what is written when it is known."""
    digest = _digest(raw)
    raw.seek(0)
    return ImportBatch.objects.create(
        kind=kind,
        file_name=name[:200],
        file_sha256=digest,
        mapping_name=mapping.name,
        mapping=mapping.model_dump(mode="json", exclude_defaults=True),
        lines=0,
        imported=0,
        known=0,
        repeated=0,
        refused=0,
        made_at=at,
        made_by=by.name,
    )


@transaction.atomic
def undo_import(batch_id: int, *, by: Actor, at: datetime) -> int:
    """Remove the citations or counts of an import, as if it had not been; returns how many.

    :raises NotFound: if there is no such import.
    :raises Conflict: if it is undone already, or something was done with one of its citations here.
    """
    _lock()
    batch = ImportBatch.objects.select_for_update().filter(pk=batch_id).first()
    if batch is None:
        raise NotFound(f"There is no import {batch_id}.")
    # Nobody may pay or appeal a citation between the look and its removal.
    locked = Citation.objects.filter(imported_batch=batch.pk).select_for_update()
    for _ in locked.order_by("pk").values_list("pk").iterator(chunk_size=10_000):
        pass
    decision = queries.may_undo(batch)
    if not decision:
        raise Conflict(decision.code, decision.reason)
    if batch.kind == COUNTS:
        gone = counts.remove_imported(batch.pk)
    else:
        money.take_out(batch.pk, by=by, at=at)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM enforcement_citation WHERE imported_batch = %s", [batch.pk])
            gone = cursor.rowcount
    batch.undone_at, batch.undone_by = at, by.name
    batch.save(update_fields=["undone_at", "undone_by"])
    audit.record(
        "import.undone",
        subject=("import", str(batch.pk)),
        actor=by,
        at=at,
        kind=batch.kind,
        removed=gone,
    )
    return gone


def _opened(raw: BinaryIO, mapping: Mapping, tenant: Tenant, at: datetime) -> tuple:
    """Return what reads the lines of the file, and its lines after the heads."""
    if mapping.currency and mapping.currency != tenant.currency:
        raise Refused(
            "currency",
            f"The mapping is for amounts in {mapping.currency}; {tenant.name} uses {tenant.currency}.",
        )
    lines = texts.lines_of(raw, mapping)
    heads = texts.heads_of(lines, mapping)
    try:
        reader = LineReader(
            mapping,
            heads,
            currency=tenant.currency,
            zone=ZoneInfo(mapping.timezone or tenant.timezone),
            not_after=at + CLOCKS_MAY_DIFFER_BY,
        )
    except ValueError as error:
        raise Refused("mapping", f"The mapping cannot be used: {error}") from error
    return reader, lines


def _flaws(unreadable: Unreadable, line: texts.Line) -> list[Flaw]:
    """Return the flaws of a line; of one that runs on, say so: a quote may be open."""
    first = unreadable.flaws[0]
    if first.field != "line" or line.last == line.number:
        return unreadable.flaws
    told = f"{first.reason} It runs to line {line.last}: a quote may not be closed."
    return [Flaw("line", "", told)]


def _outcome(batch: int | None, tally: stage.Tally, imported: int, known: int) -> Outcome:
    return Outcome(
        batch,
        tally.lines,
        imported,
        known,
        tally.repeated,
        tally.refused,
        tally.twice,
        tally.skipped,
    )


def _lock() -> None:
    """Let one import or undoing run at a time in a tenant."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ':import', 0))"
        )


def _digest(raw: BinaryIO) -> str:
    raw.seek(0)
    digest = hashlib.sha256()
    while part := raw.read(1_048_576):
        digest.update(part)
    return digest.hexdigest()

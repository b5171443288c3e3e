"""The temporary table that the lines of one import pass through, and what is decided there at once.

Lines are read one by one; what needs the other lines or the citations that are there already is
decided over all of them, by the statements below. The table ends with the transaction.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from psycopg import Copy

from enforcement.imports.mapping import Mapping
from enforcement.imports.reading import SKIPPED, TWICE, Flaw, Row

BATCH_ROWS = 2_000

_MAKE = """
SET LOCAL work_mem = '64MB';
DROP TABLE IF EXISTS pg_temp.import_stage;
CREATE TEMPORARY TABLE import_stage (
    line bigint NOT NULL,
    own_id text, digest bytea, issued_at timestamptz, issued_on date, odd_time text,
    fine_minor bigint, violation text, violation_name text, plate_text text, plate_key text,
    region text, vehicle text, zone text, place text, lat float8, lon float8, agency text,
    officer text, note text, public_note text,
    penalty_minor bigint, interest_minor bigint, reduction_minor bigint, paid_minor bigint,
    ordinal int NOT NULL DEFAULT 1, is_repeated bool NOT NULL DEFAULT false,
    field text, value text, reason text
) ON COMMIT DROP
"""
_TYPES = [
    *("int8", "text", "bytea", "timestamptz", "date", "text", "int8"),
    *["text"] * 8,
    *("float8", "float8"),
    *["text"] * 4,
    *["int8"] * 4,
    *["text"] * 3,
]
_COPY = """
COPY pg_temp.import_stage (line, own_id, digest, issued_at, issued_on, odd_time, fine_minor, violation,
    violation_name, plate_text, plate_key, region, vehicle, zone, place, lat, lon, agency, officer, note,
    public_note, penalty_minor, interest_minor, reduction_minor, paid_minor, field, value, reason)
    FROM STDIN (FORMAT BINARY)
"""
_NOTHING = (None,) * len(Row._fields)
_SOUND = (None, None, None)

# The same id again: with the same content it is a repeat, with another it cannot be both.
_REPEATED_IDS = """
UPDATE pg_temp.import_stage s
   SET is_repeated = s.digest = f.digest,
       field = CASE WHEN s.digest = f.digest THEN NULL ELSE 'id' END,
       value = CASE WHEN s.digest = f.digest THEN NULL ELSE s.own_id END,
       reason = CASE WHEN s.digest = f.digest THEN NULL
                ELSE 'Line ' || f.line || ' has the same id with other content.' END
  FROM (SELECT DISTINCT ON (own_id) own_id, line, digest FROM pg_temp.import_stage
         WHERE reason IS NULL AND own_id IN (
               SELECT own_id FROM pg_temp.import_stage WHERE reason IS NULL
                GROUP BY own_id HAVING count(*) > 1)
         ORDER BY own_id, line) f
 WHERE s.own_id = f.own_id AND s.line > f.line AND s.reason IS NULL
"""
# Without ids the same line twice is two citations; counting them makes the next import find both.
_ORDINALS = """
UPDATE pg_temp.import_stage s SET ordinal = o.ordinal
  FROM (SELECT line, row_number() OVER (PARTITION BY digest ORDER BY line) AS ordinal
          FROM pg_temp.import_stage
         WHERE reason IS NULL AND digest IN (
               SELECT digest FROM pg_temp.import_stage WHERE reason IS NULL
                GROUP BY digest HAVING count(*) > 1)) o
 WHERE s.line = o.line AND o.ordinal > 1
"""
_REFERENCE = """
CASE WHEN s.own_id IS NULL THEN %(name)s || '#' || encode(s.digest, 'hex') || '-' || s.ordinal
     ELSE %(name)s || ':' || s.own_id END
"""
_NUMBERS_TAKEN = """
UPDATE pg_temp.import_stage s
   SET field = 'id', value = s.own_id, reason = 'There is already another citation ' || c.number || '.'
  FROM enforcement_citation c
 WHERE s.reason IS NULL AND c.number = %(prefix)s || s.own_id
   AND NOT (c.source = 'import' AND c.external_ref = %(name)s || ':' || s.own_id)
"""
_CANDIDATES = f"""
SELECT s.*, {_REFERENCE} AS reference
  FROM pg_temp.import_stage s
 WHERE s.reason IS NULL AND NOT s.is_repeated
"""  # noqa: S608
_NEW = f"""
SELECT s.* FROM ({_CANDIDATES}) s
 WHERE NOT EXISTS (SELECT FROM enforcement_citation k
                    WHERE k.source = 'import' AND k.external_ref = s.reference)
"""  # noqa: S608
_INSERT = f"""
INSERT INTO enforcement_citation (
    number, source, imported_batch, external_ref, agency, plate_missing, plate_text, plate_key,
    region, vehicle, zone_code, place, lat, lon, violation_code, violation_name, fine_minor, sanction,
    issued_at, issued_on, recorded_at, officer, note, public_note, brought, settled_at, flags, because)
SELECT CASE WHEN %(prefix)s = '' THEN 'I-' || %(batch)s || '-' || s.line ELSE %(prefix)s || s.own_id END,
       'import', %(batch)s, s.reference, s.agency, s.plate_key = '', s.plate_text, s.plate_key,
       s.region, s.vehicle, s.zone, s.place, s.lat, s.lon, s.violation,
       CASE WHEN s.violation_name = '' THEN s.violation ELSE s.violation_name END, s.fine_minor,
       CASE WHEN s.fine_minor = 0 THEN 'warning' ELSE 'fine' END,
       s.issued_at, s.issued_on, %(at)s, s.officer, s.note, s.public_note,
       CASE WHEN %(has_money)s THEN jsonb_build_object('penalty', s.penalty_minor,
            'interest', s.interest_minor, 'reduction', s.reduction_minor, 'paid', s.paid_minor) END,
       CASE WHEN %(has_money)s AND s.fine_minor > 0 AND s.fine_minor + s.penalty_minor
            + s.interest_minor - s.reduction_minor <= s.paid_minor THEN %(at)s::timestamptz END,
       CASE s.odd_time WHEN '' THEN ARRAY[]::varchar[] ELSE ARRAY['time_' || s.odd_time]::varchar[] END,
       CASE s.odd_time WHEN '' THEN ARRAY[]::text[]
            WHEN '{TWICE}' THEN ARRAY['The clocks showed this time twice that day; the first is taken.']
            ELSE ARRAY['The clocks skipped this time that day; it is counted from the change.'] END
  FROM ({_NEW}) s
 ORDER BY s.line
ON CONFLICT DO NOTHING
"""  # noqa: S608
_COUNTS = """
SELECT count(DISTINCT line), count(DISTINCT line) FILTER (WHERE reason IS NOT NULL),
       count(*) FILTER (WHERE is_repeated)
  FROM pg_temp.import_stage
"""
_ODD = """
SELECT count(*) FILTER (WHERE odd_time = %(twice)s), count(*) FILTER (WHERE odd_time = %(skipped)s)
  FROM pg_temp.import_stage WHERE reason IS NULL AND NOT is_repeated
"""
_REFUSED = """
SELECT line, field, value, reason FROM pg_temp.import_stage WHERE reason IS NOT NULL ORDER BY line
"""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a line was refused, for its report."""

    line: int
    field: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class Tally:
    """How many lines there are, and what is known of them before they are inserted."""

    lines: int
    refused: int
    repeated: int
    twice: int
    skipped: int


def make() -> None:
    """Make the empty stage, for this transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_MAKE)


class Filling:
    """Fills the stage by COPY, in constant memory: `with Filling() as stage: stage.keep(...)`."""

    def __enter__(self) -> "Filling":
        self._cursor = connection.cursor()
        self._copying = self._cursor.cursor.copy(_COPY)
        self._copy: Copy = self._copying.__enter__()
        self._copy.set_types(_TYPES)
        return self

    def __exit__(self, *error: object) -> None:
        try:
            self._copying.__exit__(*error)
        finally:
            self._cursor.close()

    def keep(self, line: int, row: Row) -> None:
        """Stage what a line says."""
        self._copy.write_row((line, *row, *_SOUND))

    def refuse(self, line: int, flaws: list[Flaw]) -> None:
        """Stage why a line is refused, one row for each reason."""
        for flaw in flaws:
            self._copy.write_row((line, *_NOTHING, flaw.field, flaw.value, flaw.reason))


def judge(mapping: Mapping) -> Tally:
    """Decide what needs all lines at once: repeats, counts of the same, numbers that are taken."""
    values = {"name": mapping.name, "prefix": mapping.number_prefix}
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE pg_temp.import_stage")
        cursor.execute(_ORDINALS if mapping.fields.id is None else _REPEATED_IDS)
        if mapping.number_prefix:
            cursor.execute(_NUMBERS_TAKEN, values)
        cursor.execute(_COUNTS)
        lines, refused, repeated = cursor.fetchone()
        cursor.execute(_ODD, {"twice": TWICE, "skipped": SKIPPED})
        twice, skipped = cursor.fetchone()
    return Tally(lines, refused, repeated, twice, skipped)


def count_new(mapping: Mapping) -> int:
    """Return how many lines would be inserted."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({_NEW}) n", {"name": mapping.name})  # noqa: S608
        return cursor.fetchone()[0]


def insert(mapping: Mapping, *, batch: int, at: datetime) -> int:
    """Insert the sound lines as citations of `batch`; those known already stay as they are.

    Returns how many were inserted.
    """
    values: dict[str, Any] = {
        "name": mapping.name,
        "prefix": mapping.number_prefix,
        "batch": batch,
        "at": at,
        "has_money": mapping.fields.has_money,
    }
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, values)
        inserted = cursor.rowcount
        cursor.execute("ANALYZE enforcement_citation")
    return inserted


def refusals() -> Iterator[Refusal]:
    """Give every reason for which a line was refused, by line, in constant memory."""
    with connection.connection.cursor(name="import_refusals") as cursor:
        cursor.itersize = BATCH_ROWS
        cursor.execute(_REFUSED)
        for row in cursor:
            yield Refusal(*row)

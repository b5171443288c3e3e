"""Citations by violation, officer, zone, street, agency, hour and month."""

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from parkops.kernel.money import Money
from parkops.programme.schema import Programme
from reporting import sql
from reporting.catalogue.base import PERIOD, Asking, Parameter, Report, period_text
from reporting.datasets import Column, Dataset, Figure, Kind, over_time

_GROUPS = {
    "month": (
        "to_char(c.issued_on, 'YYYY-MM')",
        Column("month", "Month", Kind.MONTH, "The local month in which they were written"),
    ),
    "violation": (
        "c.violation_code",
        Column("violation", "Violation", told="The code as the citation was written"),
    ),
    "merged": (
        "coalesce(%(renamed)s::jsonb ->> upper(c.violation_code), c.violation_code)",
        Column("merged", "Violation today", told="With what was written under its former codes"),
    ),
    "year": (
        "'FY' || to_char(CASE WHEN (extract(month FROM c.issued_on), extract(day FROM c.issued_on))"
        " >= (%(month)s, %(day)s) THEN c.issued_on + make_interval(years => %(ahead)s) ELSE c.issued_on END,"
        " 'YY')",
        Column("year", "Program year", told="By the year in which it ends"),
    ),
    "name": (
        "nullif(max(c.violation_name), c.violation_code)",
        Column("name", "Name", told="Blank where the violation has no code besides it"),
    ),
    "officer": ("c.officer", Column("officer", "Officer", told="Blank where none is known")),
    "zone": (
        "c.zone_code",
        Column("zone", "Zone", told="Blank for imported citations, which have places"),
    ),
    "agency": ("c.agency", Column("agency", "Agency", told="Blank for our own")),
    "street": (
        "upper(regexp_replace(btrim(split_part(c.place, ',', 1)), '^[0-9]+[A-Za-z]?[[:space:]]+', ''))",
        Column(
            "street", "Street", told="The place without its house number and what follows a comma"
        ),
    ),
    "hour": (
        "to_char(c.issued_at AT TIME ZONE %(place)s, 'HH24:00')",
        Column("hour", "Hour", told="The local hour that begins then"),
    ),
}
BY = (
    ("violation", "Violation"),
    ("merged", "Violation, with its former codes"),
    ("merged,violation", "Violation, by the codes it was written under"),
    ("month", "Month"),
    ("year", "Program year"),
    ("year,merged", "Program year and violation"),
    ("officer", "Officer"),
    ("zone", "Zone"),
    ("agency", "Agency"),
    ("street", "Street"),
    ("hour", "Hour of the day"),
    ("agency,violation", "Agency and violation"),
    ("street,violation", "Street and violation"),
    ("month,violation", "Month and violation"),
    ("month,officer", "Month and officer"),
    ("month,zone", "Month and zone"),
    ("violation,officer,zone,month", "Violation, officer, zone and month"),
)
SOURCES = (("ours", "Our own"), ("import", "Imported"))

_SUMS = """
       count(*),
       count(*) FILTER (WHERE c.sanction = 'warning' OR c.fine_minor = 0),
       count(*) FILTER (WHERE c.voided_at IS NOT NULL),
       count(*) FILTER (WHERE c.dismissed_at IS NOT NULL AND c.voided_at IS NULL),
       count(*) FILTER (WHERE c.settled_at IS NOT NULL),
       sum(c.fine_minor),
       sum(c.fine_minor) FILTER (WHERE c.voided_at IS NULL AND c.dismissed_at IS NULL)
"""


# A citation with several violations counts under each of them, with the fine of its line.
_LINES = """
  FROM enforcement_citation one
 CROSS JOIN LATERAL (
       SELECT one.violation_code, one.violation_name, one.sanction, one.fine_minor
        WHERE one.several = '[]'
       UNION ALL
       SELECT line->>'code', line->>'name', line->>'sanction', (line->>'fine_minor')::bigint
         FROM jsonb_array_elements(one.several) line
       ) line
 CROSS JOIN LATERAL (
       SELECT one.issued_on, one.issued_at, one.source, one.officer, one.zone_code, one.place, one.agency,
              one.voided_at,
              one.dismissed_at, one.settled_at, line.violation_code, line.violation_name,
              line.sanction, line.fine_minor
       ) c
"""
_WHOLE = """
  FROM enforcement_citation c
"""
_WANTED = """
 WHERE c.issued_on BETWEEN %(first)s AND %(last)s
   AND (%(violation)s = '' OR upper(c.violation_code) = upper(%(violation)s))
   AND (%(source)s = '' OR c.source = %(source)s)
"""
IMPORTED = (
    "Imported citations have the fines of their file and owe them until they are settled here: "
    "what was paid before they came is known only where the file says it."
)
_DAYS = "SELECT c.issued_on, count(*) {asked} GROUP BY 1"


def build(asking: Asking) -> Dataset:
    """Return one row for each group of citations issued in the period, by local day of issue."""
    keys = asking.answers["by"].split(",") if asking.answers["by"] else ["month", "violation"]
    shown = [*keys]
    if "violation" in shown:
        shown.insert(shown.index("violation") + 1, "name")
    grouped = [_GROUPS[key][0] for key in keys]
    selected = ", ".join(_GROUPS[key][0] for key in shown)
    # Only expressions of the table above are put in; every value is a parameter.
    by_line = {"violation", "merged"} & {*keys} or asking.answers["violation"]
    asked = f"{_LINES if by_line else _WHOLE} {_WANTED}"
    query = f"""
SELECT {selected}, {_SUMS}, bool_or(c.source = 'import')
{asked}
 GROUP BY {", ".join(grouped)}
 ORDER BY {", ".join(grouped)}
"""  # noqa: S608
    asking.tell(0.1, "Adding up the citations")
    month, day = asking.programme.year_start
    values = {
        "first": asking.first,
        "last": asking.last,
        "violation": asking.answers["violation"],
        "source": asking.answers["source"],
        "renamed": json.dumps(_renamed(asking.programme)),
        "place": asking.programme.tz.key,
        "month": month,
        "day": day,
        # A year that begins in January ends in itself.
        "ahead": 0 if (month, day) == (1, 1) else 1,
    }
    found = sql.rows(query, **values)
    currency = asking.programme.currency
    rows = [
        [*cells, Money(int(fines or 0), currency), Money(int(standing or 0), currency)]
        for *cells, fines, standing, _ in found
    ]
    asking.tell(0.9, "Drawing")
    step, drawn = over_time(
        dict(sql.rows(_DAYS.format(asked=asked), **values)), first=asking.first, last=asking.last
    )
    return Dataset(
        title=f"Citations by {_worded(keys)}",
        columns=[*(_GROUPS[key][1] for key in shown), *COLUMNS],
        rows=rows,
        filters=[
            ("Period", f"{period_text(asking)}, by day of issue"),
            ("Violation", asking.answers["violation"] or "every kind"),
            ("Written", dict(SOURCES).get(asking.answers["source"], "by us, and imported")),
        ],
        notes=[IMPORTED] if any(is_imported for *_, is_imported in found) else [],
        figures=_figures(rows, currency),
        chart=drawn,
        chart_title=f"Issued a {step}",
        currency=currency,
    )


def _renamed(programme: Programme) -> dict[str, str]:
    """The code that each former code has today, in upper case."""
    return {
        former.upper(): violation.code
        for violation in programme.violations
        for former in violation.formerly
    }


def _figures(rows: Sequence[Sequence[Any]], currency: str) -> list[Figure]:
    """Return what stands on top: how many, what they come to, what became of them."""
    issued, warnings, voided, dismissed, paid = (
        sum(row[place] for row in rows) for place in range(-7, -2)
    )
    fines = sum((row[-2].minor for row in rows), 0)
    fined = issued - warnings
    each = Money.round_half_up(Decimal(fines) / (fined or 1), currency)
    return [
        Figure("Issued", issued, f"{warnings:,} of them warnings"),
        Figure("Fines", Money(fines, currency), f"{each} each on average" if fined else ""),
        Figure("Paid", paid, _share(paid, fined, "of those with a fine")),
        Figure("Voided or dismissed", voided + dismissed, _share(voided + dismissed, issued)),
    ]


def _share(part: int, whole: int, of: str = "of all") -> str:
    return f"{100 * part / whole:.1f} % {of}" if whole else ""


def _worded(keys: list[str]) -> str:
    return keys[0] if len(keys) == 1 else f"{', '.join(keys[:-1])} and {keys[-1]}"


COLUMNS = [
    Column("issued", "Issued", Kind.COUNT, "All citations, warnings and voided ones too", True),
    Column("warnings", "Warnings", Kind.COUNT, "Of them without a fine", True),
    Column("voided", "Voided", Kind.COUNT, "Of them voided since", True),
    Column("dismissed", "Dismissed", Kind.COUNT, "Of them dismissed on appeal", True),
    Column("paid", "Paid", Kind.COUNT, "Of them owing nothing any more, by payment", True),
    Column("fines", "Fines", Kind.MONEY, "Fines as issued", True),
    Column("standing", "Standing", Kind.MONEY, "Fines neither voided nor dismissed", True),
]


REPORT = Report(
    code="citations",
    name="Citations",
    about="What was written, by violation, officer, zone, street, agency, hour and month, and what became of it.",
    section="Enforcement",
    parameters=(
        *PERIOD,
        Parameter("by", "Group by", "choice", choices=BY, blank="Month and violation"),
        Parameter(
            "violation",
            "Violation",
            "code",
            hint="Its code; left out: every kind",
            codes="violations",
        ),
        Parameter("source", "Written", "choice", choices=SOURCES),
    ),
    build=build,
    columns=[*(column for _, column in _GROUPS.values()), *COLUMNS],
)

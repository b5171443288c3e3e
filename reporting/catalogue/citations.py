"""Citations by violation, officer, zone and month."""

from parkops.kernel.money import Money
from reporting import sql
from reporting.catalogue.base import PERIOD, Asking, Parameter, Report, period_text
from reporting.datasets import Column, Dataset, Kind, spread

_GROUPS = {
    "month": ("to_char(c.issued_on, 'YYYY-MM')", Column("month", "Month")),
    "violation": (
        "c.violation_code",
        Column("violation", "Violation", told="The code as the citation was written"),
    ),
    "name": ("max(c.violation_name)", Column("name", "Name")),
    "officer": ("c.officer", Column("officer", "Officer", told="Blank where none is known")),
    "zone": (
        "c.zone_code",
        Column("zone", "Zone", told="Blank for imported citations, which have places"),
    ),
    "agency": ("c.agency", Column("agency", "Agency", told="Blank for our own")),
}
BY = (
    ("violation", "Violation"),
    ("month", "Month"),
    ("officer", "Officer"),
    ("zone", "Zone"),
    ("agency", "Agency"),
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


def build(asking: Asking) -> Dataset:
    """Return one row for each group of citations issued in the period, by local day of issue."""
    keys = asking.answers["by"].split(",") if asking.answers["by"] else ["month", "violation"]
    shown = [*keys]
    if "violation" in shown:
        shown.insert(shown.index("violation") + 1, "name")
    grouped = [_GROUPS[key][0] for key in keys]
    selected = ", ".join(_GROUPS[key][0] for key in shown)
    # Only expressions of the table above are put in; every value is a parameter.
    query = f"""
SELECT {selected}, {_SUMS}
  FROM enforcement_citation c
 WHERE c.issued_on BETWEEN %(first)s AND %(last)s
   AND (%(violation)s = '' OR upper(c.violation_code) = upper(%(violation)s))
   AND (%(source)s = '' OR c.source = %(source)s)
 GROUP BY {", ".join(grouped)}
 ORDER BY {", ".join(grouped)}
"""  # noqa: S608
    asking.tell(0.1, "Adding up the citations")
    found = sql.rows(
        query,
        first=asking.first,
        last=asking.last,
        violation=asking.answers["violation"],
        source=asking.answers["source"],
    )
    currency = asking.programme.currency
    rows = [
        [*row[:-2], Money(int(row[-2] or 0), currency), Money(int(row[-1] or 0), currency)]
        for row in found
    ]
    asking.tell(0.9, "Drawing")
    first_key = len(shown)
    counts: dict[str, float] = {}
    for row in rows:
        label = str(row[shown.index("violation")] if "violation" in shown else row[0]) or "none"
        counts[label] = counts.get(label, 0) + row[first_key]
    return Dataset(
        title=f"Citations by {_worded(keys)}",
        columns=[*(_GROUPS[key][1] for key in shown), *COLUMNS],
        rows=rows,
        filters=[
            ("Period", f"{period_text(asking)}, by day of issue"),
            ("Violation", asking.answers["violation"] or "every kind"),
            ("Written", dict(SOURCES).get(asking.answers["source"], "by us, and imported")),
        ],
        chart=spread(counts.items()),
        chart_title="Issued",
        currency=currency,
    )


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
    about="What was written, by violation, officer, zone and month, and what became of it.",
    section="Enforcement",
    parameters=(
        *PERIOD,
        Parameter("by", "Group by", "choice", choices=BY, blank="Month and violation"),
        Parameter("violation", "Violation", "code", hint="Left out: every kind"),
        Parameter("source", "Written", "choice", choices=SOURCES),
    ),
    build=build,
)

"""How old what is owed for citations is, with what made it up."""

from datetime import date
from typing import Any

from parkops.kernel.money import Money, decimals
from reporting import sql
from reporting.catalogue.base import Asking, Parameter, Report
from reporting.datasets import Column, Dataset, Figure, Kind

AGES = (
    "Not due",
    "0 to 30 days",
    "31 to 60 days",
    "61 to 90 days",
    "91 to 180 days",
    "Over 180 days",
)
"""What the ages are called, from the youngest; only by the due date is something not due."""

SINCE = (("due", "Due"), ("issued", "Issued"))
BY = (("age", "Age"), ("violation", "Violation"), ("age,violation", "Age and violation"))
STANDING = (("owed", "Owed still"), ("settled", "Settled"), ("overpaid", "Overpaid"))

# What a payment has over belongs to the charge that it paid first. Interest is known only of what was
# brought over; where less is left of the late fee, the rest of it is interest.
_ROWS = """
WITH over AS (
    SELECT coalesce(p.brought_for_id, first.charge_id) AS charge_id, sum(p.credit_minor) AS minor
      FROM payments_payment p
      LEFT JOIN LATERAL (SELECT a.charge_id FROM payments_allocation a WHERE a.payment_id = p.id
                          ORDER BY a.place, a.id LIMIT 1) first ON true
     WHERE p.state = 'succeeded' AND p.credit_minor > 0
     GROUP BY 1
), aged AS (
    SELECT c.violation_code AS violation, nullif(c.violation_name, c.violation_code) AS name, h.*,
           least(coalesce((c.brought->>'interest')::bigint, 0), h.late_fee_minor) AS interest,
           coalesce(over.minor, 0) AS over_minor,
           %(on)s::date - CASE %(since)s WHEN 'issued' THEN c.issued_on
                          ELSE coalesce(h.due_on, c.issued_on) END AS days
      FROM payments_charge h
      JOIN enforcement_citation c ON c.number = h.reference
      LEFT JOIN over ON over.charge_id = h.id
     WHERE h.kind = 'citation' AND c.issued_on <= %(on)s
       AND (%(source)s = '' OR c.source = %(source)s)
       AND CASE %(standing)s WHEN 'owed' THEN h.settled_at IS NULL
                             WHEN 'settled' THEN h.settled_at IS NOT NULL
                             WHEN 'overpaid' THEN coalesce(over.minor, 0) > 0
                             ELSE true END
)
SELECT CASE WHEN days < 0 THEN 0 WHEN days <= 30 THEN 1 WHEN days <= 60 THEN 2 WHEN days <= 90 THEN 3
            WHEN days <= 180 THEN 4 ELSE 5 END AS age,
       violation, max(name), count(*), count(*) FILTER (WHERE settled_at IS NULL),
       sum(net_minor + tax_minor), sum(late_fee_minor - interest), sum(interest),
       sum(discount_minor + written_off_minor), sum(paid_minor + over_minor),
       sum(amount_minor - paid_minor), sum(over_minor)
  FROM aged
 GROUP BY 1, 2
 ORDER BY 1, 2
"""
_SUMS = 3


def build(asking: Asking) -> Dataset:
    """Return one row for each age and violation, or for one of both, of citations issued by the day."""
    answers, currency = asking.answers, asking.programme.currency
    since, by = answers["since"] or "due", (answers["by"] or "age,violation").split(",")
    asking.tell(0.1, "Adding up the charges")
    found = sql.rows(
        _ROWS,
        on=asking.last,
        since=since,
        source=answers["source"],
        standing=answers["standing"],
    )
    grouped: dict[tuple[Any, ...], list[int]] = {}
    owed_by_age = [0] * len(AGES)
    for age, violation, name, *sums in found:
        told = {"age": [AGES[age]], "violation": [violation, name]}
        key = tuple(cell for part in by for cell in told[part])
        own = grouped.setdefault(key, [0] * len(sums))
        for place, value in enumerate(sums):
            own[place] += int(value)
        owed_by_age[age] += int(sums[-2])
    if by == ["violation"]:
        grouped = dict(sorted(grouped.items(), key=lambda one: one[0][0]))
    rows = [
        [*key, *sums[:2], *(Money(minor, currency) for minor in sums[2:])]
        for key, sums in grouped.items()
    ]
    totals = [Money(sum(own[place] for own in grouped.values()), currency) for place in range(2, 9)]
    heads = {"age": [AGE], "violation": VIOLATION}
    return Dataset(
        title="Citations by the age of what is owed",
        columns=[*(column for part in by for column in heads[part]), *COLUMNS],
        rows=rows,
        filters=[
            ("Age on", f"{_day(asking.last)}, since {since}"),
            ("Citations", dict(STANDING).get(answers["standing"], "All with a charge")),
        ],
        notes=[
            "Fine, penalty and interest, less what was reduced and paid, with what was overpaid added again, "
            "is what is owed. Owed is what these charges stand for on account 1100; what they come to is as "
            "it was last posted."
        ],
        figures=[
            Figure("Owed", totals[5], "on account 1100"),
            Figure("Paid", totals[4]),
            Figure("Reduced", totals[3], "or written off"),
            Figure("Overpaid", totals[6], "on account 2200"),
        ],
        chart=[
            (label, minor / 10 ** decimals(currency))
            for label, minor in zip(AGES, owed_by_age, strict=True)
        ],
        chart_title="Owed, by age",
        currency=currency,
    )


def _day(day: date) -> str:
    return f"{day:%-d %B %Y}"


AGE = Column("age", "Age", told="Days from when it was due, or was issued, to the day asked for")
VIOLATION = [
    Column("violation", "Violation", told="Its code, as the citation was written"),
    Column(
        "name",
        "Name",
        told="Of the violation, as the citation was written; blank where it is the code",
    ),
]
COLUMNS = [
    Column("citations", "Citations", Kind.COUNT, "With a charge", True),
    Column("open", "Open", Kind.COUNT, "Of them owing something", True),
    Column("fine", "Fine", Kind.MONEY, "With tax, if any", True),
    Column("penalty", "Penalty", Kind.MONEY, "Late fees, without interest", True),
    Column("interest", "Interest", Kind.MONEY, "Of what was brought over", True),
    Column("reduced", "Reduced", Kind.MONEY, "Discounts, reductions, written off", True),
    Column("paid", "Paid", Kind.MONEY, "Here and before, with what was overpaid", True),
    Column("owed", "Owed", Kind.MONEY, "On account 1100", True),
    Column("overpaid", "Overpaid", Kind.MONEY, "Credit of the payments, not used yet", True),
]

REPORT = Report(
    code="citation-ageing",
    name="Ageing of citations",
    about="What is owed for citations by how old it is: fine, penalty, interest, paid, reduced, overpaid.",
    section="Money",
    parameters=(
        Parameter("to", "Age on, for citations issued by then", "date", blank="Today"),
        Parameter("since", "Since it was", "choice", choices=SINCE, blank="Due"),
        Parameter("by", "Group by", "choice", choices=BY, blank="Age and violation"),
        Parameter("standing", "Citations", "choice", choices=STANDING),
        Parameter(
            "source",
            "Written",
            "choice",
            choices=(("ours", "Our own"), ("import", "Imported")),
        ),
    ),
    build=build,
    columns=[AGE, *VIOLATION, *COLUMNS],
)

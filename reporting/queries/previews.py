"""The first rows of a report, before it is made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from parkops.kernel.decisions import Refused
from parkops.programme import queries as programme
from parkops.tenancy.patience import within
from reporting.catalogue.base import Asking, Report
from reporting.datasets import Cell, Column, Dataset
from reporting.queries.asking import dated_of

ROWS = 12
SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Preview:
    """The first rows and the totals of a report; `told` is why there are none."""

    columns: Sequence[Column] = ()
    rows: Sequence[Sequence[Cell]] = ()
    totals: Sequence[Cell] = ()
    count: int = 0
    told: str = ""

    @property
    def sub(self) -> str:
        """How much of it is shown."""
        if self.count <= len(self.rows):
            return "1 row" if self.count == 1 else f"{self.count:,} rows"
        return f"the first {len(self.rows)} of {self.count:,} rows, and the totals of all"


def preview(report: Report, given: Mapping[str, Any], *, at: datetime) -> Preview:
    """Return what the report begins with; never more than a few seconds of the database."""
    rules = programme.in_force(at).programme
    try:
        today = at.astimezone(rules.tz).date()
        answers = report.answers(dated_of(report, given, at=at), today=today)
        with within(SECONDS, "This takes longer than a preview may. Make the report."):
            dataset = report.build(
                Asking(answers=answers, programme=rules, at=at, tell=lambda _share, _stage: None)
            )
    except Refused as refusal:
        return Preview(told=str(refusal))
    return _of(dataset)


def _of(dataset: Dataset) -> Preview:
    return Preview(
        columns=dataset.columns,
        rows=[dataset.cells(row) for row in dataset.rows[:ROWS]],
        totals=dataset.cells(dataset.totals) if dataset.has_totals else (),
        count=len(dataset.rows),
    )

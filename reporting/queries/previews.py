"""The rows of a report, a page at a time, without making it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Page, Paginator

from parkops.kernel.decisions import Refused
from parkops.programme import queries as programme
from parkops.tenancy.patience import within
from reporting.catalogue.base import Asking, Report
from reporting.datasets import Cell, Column, Dataset
from reporting.queries.asking import dated_of

ROWS = 25
SECONDS = 5.0
TOO_LONG = "This takes longer than a preview may. {advice}"


@dataclass(frozen=True, slots=True)
class Preview:
    """A page of the rows of a report, and the totals of all; `told` is why there are none."""

    columns: Sequence[Column] = ()
    rows: Sequence[Sequence[Cell]] = ()
    totals: Sequence[Cell] = ()
    page: Page | None = None
    told: str = ""

    @property
    def sub(self) -> str:
        """How much there is of it."""
        count = self.page.paginator.count if self.page else 0
        if count == 1:
            return "1 row"
        return f"{count:,} rows" + (
            ", and the totals of all" if self.is_long and self.totals else ""
        )

    @property
    def is_long(self) -> bool:
        """Whether there are rows on other pages."""
        return self.page is not None and self.page.has_other_pages()


def preview(
    report: Report, given: Mapping[str, Any], *, at: datetime, number: str = "1", advice: str
) -> Preview:
    """Return a page of what was asked; never more than a few seconds of the database.

    `number` is the page, the nearest one where there is none of this number; `advice` is what to do about what
    takes longer.
    """
    rules = programme.in_force(at).programme
    try:
        today = at.astimezone(rules.tz).date()
        answers = report.answers(dated_of(report, given, at=at), today=today)
        with within(SECONDS, TOO_LONG.format(advice=advice)):
            dataset = report.build(
                Asking(answers=answers, programme=rules, at=at, tell=lambda _share, _stage: None)
            )
    except Refused as refusal:
        return Preview(told=str(refusal))
    return _of(dataset, Paginator(dataset.rows, ROWS).get_page(number))


def _of(dataset: Dataset, page: Page) -> Preview:
    return Preview(
        columns=dataset.columns,
        rows=[dataset.cells(row) for row in page.object_list],
        totals=dataset.cells(dataset.totals) if dataset.has_totals else (),
        page=page,
    )

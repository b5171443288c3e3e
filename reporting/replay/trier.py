"""Replays as the program's own pages and its command ask for them."""

from collections.abc import Callable, Iterable
from datetime import datetime
from time import sleep

from django.urls import reverse

from parkops.jobs import operations as jobs
from parkops.jobs.models import Job
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Refused
from parkops.programme.load import Loaded
from parkops.programme.trying import Told, Trial
from parkops.tenancy.later import NotYet
from reporting.models import Replay
from reporting.queries import replays
from reporting.queries.replays import Figures, Line
from reporting.replay import operations

LOOK_AGAIN_SECONDS = 2.0


def trial(draft_id: int, revision: int) -> Trial | None:
    """Return what trying this saving of a draft came to, if it was tried."""
    found = replays.latest_of(draft_id, revision)
    if found is None:
        return None
    url = reverse("office_replays:detail", args=[found.reference])
    if found.stage != Replay.Stage.OVER:
        return Trial(url, found.months, found.asked_at, False)
    told = tuple(
        Told(
            line.sums.count,
            line.of,
            line.kind_label.lower(),
            line.label,
            line.more if line.shows_money else None,
            line.url,
        )
        for line in replays.figures(found).headlines
    )
    return Trial(url, found.months, found.asked_at, True, told)


def table(
    loaded: Loaded,
    *,
    months: int,
    name: str,
    by: Actor,
    clock: Callable[[], datetime],
    tell: Callable[[str], None],
) -> list[str]:
    """Try a program on the last months; here, or by watching the worker that took it first.

    :raises Refused: as `ask_replay`, or with the reason for which the work stopped.
    """
    asked = operations.ask_replay(loaded, months=months, name=name, by=by, at=clock())
    while True:
        try:
            jobs.work(asked.job_id)
        except NotYet:
            sleep(LOOK_AGAIN_SECONDS)
        found = replays.replay(asked.reference)
        if not replays.is_moving(found):
            break
        tell(found.job.stage)
    if found.job.state != Job.State.DONE:
        raise Refused("replay", found.job.error or "The replay was cancelled.")
    return lines_of(replays.figures(found), records=found.done)


def lines_of(figures: Figures, *, records: int) -> list[str]:
    """Return the figures of a replay as a table of plain text."""
    lines = [f"{records:,} records read again."]
    rows = [["", "records", "of", "came to", "would", "more"]]
    rows += [
        [
            line.label,
            f"{line.sums.count:,}",
            f"{line.of:,}",
            *_amounts(line),
        ]
        for line in figures.lines
    ]
    rows.append(
        ["Revenue in all", f"{figures.revenue.sums.count:,}", "", *_amounts(figures.revenue)]
    )
    lines += _aligned(rows)
    for title, groups in (("By audience", figures.audiences), ("By zone", figures.zones)):
        heads = [title, "paid stays", "permits", "not written", "new violations", "more"]
        body = [
            [g.name, *(f"{cell.sums.count:,}" for cell in g.cells), g.money.more.amount]
            for g in groups
        ]
        lines += ["", *_aligned([heads, *body])]
    lines += [f"The draft has no {part.kind} {part.code} ({part.name})." for part in figures.gone]
    lines += [f"Not compared: {count:,} {words}." for count, words in figures.aside]
    lines.append("People may behave differently; this only reads again what happened.")
    return lines


def _amounts(line: Line) -> Iterable[str]:
    return (line.was.amount, line.would.amount, line.more.amount)


def _aligned(rows: list[list[str]]) -> list[str]:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return [
        "  ".join(
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]

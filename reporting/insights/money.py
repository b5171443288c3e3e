"""How much of what we write is paid, and how much disputed? Are permits used?"""

from typing import Any

from parkops.kernel.money import decimals
from parkops.ui import charts
from parkops.ui.words import share_text
from reporting.datasets import month_of
from reporting.insights.intervals import between
from reporting.insights.values import (
    Answer,
    Asked,
    Drawing,
    Figure,
    Question,
    rows_of,
    table_of,
    totals_of,
)


def collection(asked: Asked) -> Answer:
    """Return the collection rate of each month's citations with its dispute rate, and how old the rest is."""
    cohorts = asked.dataset("collection-rate")
    ageing = asked.dataset("citation-ageing", by="age")
    if not cohorts.rows and not ageing.rows:
        return Answer(
            empty=(
                "No citation with a fine was written in these days",
                "Each month's citations come here, with how much of them is paid by now.",
            )
        )
    url, total = asked.report("collection-rate"), totals_of(cohorts)
    ageing_url = asked.report("citation-ageing", by="age")
    figures, drawings, tables = [], [], []
    if cohorts.rows:
        rows = rows_of(cohorts)
        figures = [
            Figure(
                "Collection rate",
                share_text(total["rate"]),
                f"{total['settled']:,} of {total['issued']:,} paid, "
                f"{between(total['settled'], total['issued'])}",
                url,
            ),
            Figure(
                "Dispute rate",
                share_text(total["disputes"]),
                f"{total['disputed']:,} appealed",
                url,
            ),
            Figure("Void rate", share_text(total["voids"]), f"{total['voided']:,} voided", url),
            Figure("Collected", total["paid"], "on these citations by now", url),
        ]
        drawings.append(
            Drawing(
                "Paid and disputed, by month of issue",
                chart=charts.line(
                    [
                        charts.Point(
                            _month(row),
                            round(100 * (row["rate"] or 0)),
                            text=f"{_month(row)}: {row['settled']:,} of {row['issued']:,} paid, "
                            f"{row['disputed']:,} appealed",
                        )
                        for row in rows
                    ],
                    before=[round(100 * (row["disputes"] or 0)) for row in rows],
                    title="Collection and dispute rate in percent, by month of issue",
                    head="Month",
                    names=("Paid, percent", "Appealed, percent"),
                ),
                sub="percent of the citations with a fine",
                url=url,
            )
        )
        tables.append(
            table_of(
                cohorts,
                title="By month of issue",
                keys=(
                    "month",
                    "issued",
                    "settled",
                    "rate",
                    "rate_30",
                    "disputed",
                    "disputes",
                    "voids",
                ),
                url=url,
            )
        )
    if ageing.rows:
        owed = {row["age"]: row["owed"] for row in rows_of(ageing)}
        drawings.append(
            Drawing(
                "What is owed, by its age",
                chart=charts.bars(
                    [
                        charts.Point(
                            age.removesuffix(" days").replace(" to ", "-"),
                            money.minor / 10 ** decimals(money.currency),
                            text=f"{age}: {money}",
                        )
                        for age, money in owed.items()
                    ],
                    title="Owed for citations, by how long since it was due",
                    head="Age",
                    names=("Owed", ""),
                ),
                sub=f"{asked.programme.currency} on {asked.last:%-d %B %Y}, since it was due",
                url=ageing_url,
            )
        )
        tables.append(
            table_of(
                ageing,
                title="Ageing of citations",
                keys=("age", "citations", "open", "paid", "owed"),
                url=ageing_url,
            )
        )
    return Answer(
        figures=figures,
        drawings=drawings,
        tables=tables,
        how=[
            "A cohort is the citations with a fine that were issued in a month: paid are those settled by now "
            "with a payment, so the newest months have had less time.",
            "Age is counted from the day on which a citation was due; what is not due is not late.",
        ],
        cautions=[
            (
                "Read the rates together.",
                "A high collection rate with many voids, or few disputes with no way to appeal, is no success.",
            )
        ],
    )


def _month(row: dict[str, Any]) -> str:
    first = month_of(row["month"])
    return f"{first:%b %Y}" if first else ""


def permits(asked: Asked) -> Answer:
    """Return how many permits of each type were seen, and how many places are taken."""
    use, places = asked.dataset("permit-use"), asked.dataset("permit-places")
    if not use.rows and not places.rows:
        return Answer(
            empty=(
                "No permit was in force in these days",
                "Permits come here, with how many are used.",
            )
        )
    url, total = asked.report("permit-use"), totals_of(use)
    places_url, taken = asked.report("permit-places"), totals_of(places)
    rows = rows_of(use)
    figures = []
    if rows:
        figures += [
            Figure(
                "Permits in force",
                total["permits"],
                "at some time of these days",
                url,
            ),
            Figure(
                "Seen at least once",
                share_text(total["share"]),
                f"{total['seen']:,}, {between(total['seen'], total['permits'])}",
                url,
            ),
        ]
    if taken["places"]:
        figures.append(
            Figure(
                "Places taken",
                share_text(taken["share"]),
                f"{taken['taken']:,} of {taken['places']:,}",
                places_url,
            )
        )
    drawings = []
    if rows:
        drawings.append(
            Drawing(
                "Seen, by permit type",
                chart=charts.bars(
                    [
                        charts.Point(
                            row["type"],
                            round(100 * (row["share"] or 0)),
                            text=f"{row['name']}: {row['seen']:,} of {row['permits']:,} seen",
                        )
                        for row in rows[:12]
                    ],
                    title="Percent of the permits that were seen at least once",
                    head="Type",
                    names=("Percent", ""),
                ),
                sub="percent of the permits in force",
                url=url,
            )
        )
    return Answer(
        figures=figures,
        drawings=drawings,
        tables=[
            *([table_of(use, title="Used by type", url=url)] if rows else []),
            *([table_of(places, url=places_url)] if places.rows else []),
        ],
        how=[
            "A permit is used on a day if an officer or a camera saw one of its plates. Who parks where nobody "
            "looks counts as never seen: it is a figure from below.",
            "Places are those of the quotas now, whatever the days asked for.",
        ],
    )


COLLECTION = Question(
    "collection",
    "Collection",
    "How much of what we write is paid, and how much disputed?",
    "The collection rate by month of issue with the dispute rate beside it, and what is owed by age.",
    collection,
    frozenset({"period"}),
)
PERMITS = Question(
    "permits",
    "Permits",
    "Are permits used?",
    "How many permits of each type are ever seen, and how many places of the quotas are taken.",
    permits,
    frozenset({"period"}),
)

"""The sets of open data: what each says, and how its rows come of the reports' own figures."""

from reporting.opendata.sets import MONTHS, SETS, OpenColumn, OpenSet

__all__ = ["MONTHS", "SETS", "OpenColumn", "OpenSet"]

"""The programmes of the demonstration, with their dates written from a given day."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from string import Template

from parkops.programme.load import Loaded, load

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Place:
    """One of the two tenants: its slug, name, look, and the officers' initials in their addresses."""

    slug: str
    name: str
    brand: str
    brand_night: str
    brand_mark: str


PLACES = (
    Place("campus", "Alder Valley University", "#54318c", "#bda8ee", "#d9a441"),
    Place("town", "Town of Millbrook", "#0b5f73", "#74c7d8", "#e2725b"),
)


def programme_of(slug: str, *, today: date) -> Loaded:
    """Return the programme of `slug` for the academic year in which `today` is."""
    text = Template((HERE / f"{slug}.yaml").read_text(encoding="utf-8"))
    return load(text.substitute(dates(today)), f"{slug}.yaml")


def dates(today: date) -> dict[str, str]:
    """Return the dates that the files name: the year from 15 August, its terms and holidays, and the
    sales by lot and by turns around today."""
    year = today.year if today >= date(today.year, 8, 15) else today.year - 1
    thanksgiving = _nth_weekday(year, 11, weekday=3, n=4)
    named = {
        "lots_from": today - timedelta(days=40),
        "lots_to": today - timedelta(days=26),
        "lots_term_to": today + timedelta(days=140),
        "rush_on": today - timedelta(days=12),
        "entries_from": today - timedelta(days=6),
        "entries_to": today + timedelta(days=9),
        "year_from": date(year, 8, 15),
        "year_to": date(year + 1, 8, 15),
        "spring_to": date(year + 1, 5, 15),
        "sale_from": date(year, 7, 1),
        "labor_day": _nth_weekday(year, 9, weekday=0, n=1),
        "thanksgiving_ca": _nth_weekday(year, 10, weekday=0, n=2),
        "veterans_day": date(year, 11, 11),
        "thanksgiving": thanksgiving,
        "day_after_thanksgiving": thanksgiving + timedelta(days=1),
        "break_from": date(year, 12, 12),
        "break_to": date(year + 1, 1, 10),
        "christmas": date(year, 12, 25),
        "boxing_day": date(year, 12, 26),
        "new_year": date(year + 1, 1, 1),
        "memorial_day": _nth_weekday(year + 1, 5, weekday=0, n=5)
        if _nth_weekday(year + 1, 5, weekday=0, n=5).month == 5
        else _nth_weekday(year + 1, 5, weekday=0, n=4),
        "canada_day": date(year + 1, 7, 1),
    }
    return {name: on.isoformat() for name, on in named.items()}


def _nth_weekday(year: int, month: int, *, weekday: int, n: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (n - 1))

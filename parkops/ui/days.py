"""Which day a page's address asks for."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.http import HttpRequest

from parkops.kernel.dates import YEARS, local_date


def day_asked(request: HttpRequest, name: str, *, at: datetime, zone: ZoneInfo) -> date:
    """Return the day that the address names, today where it names none that a page can show: the days
    around it have to be days too."""
    try:
        day = date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return local_date(at, zone)
    return day if day.year in YEARS else local_date(at, zone)

"""A calendar file that reminds of a permit's end."""

from datetime import datetime, timedelta

from parkops.kernel.calendar_files import Entry, calendar_file


def ics(*, number: str, title: str, ends_at: datetime, url: str, made_at: datetime) -> str:
    """Return the file: an event at the permit's last minute, with a reminder a week before."""
    last = ends_at - timedelta(minutes=1)
    entry = Entry(number, title, last, ends_at, description=url, remind="-P7D")
    return calendar_file([entry], product="Permits", site=url, made_at=made_at)

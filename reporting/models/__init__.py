"""The tables of reporting, one noun a file."""

from reporting.models.arrangements import Arrangement
from reporting.models.calendars import CalendarLink
from reporting.models.filters import SavedFilter
from reporting.models.limits import FigureLimit
from reporting.models.opening import OpenFigures, Opening
from reporting.models.questions import Question
from reporting.models.replays import Replay, ReplayRow
from reporting.models.runs import ReportRun
from reporting.models.schedules import Schedule, ScheduledRun
from reporting.models.walls import WallScreen

__all__ = [
    "Arrangement",
    "CalendarLink",
    "FigureLimit",
    "OpenFigures",
    "Opening",
    "Question",
    "Replay",
    "ReplayRow",
    "ReportRun",
    "SavedFilter",
    "Schedule",
    "ScheduledRun",
    "WallScreen",
]

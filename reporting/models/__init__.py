"""The tables of reporting, one noun a file."""

from reporting.models.filters import SavedFilter
from reporting.models.questions import Question
from reporting.models.replays import Replay, ReplayRow
from reporting.models.runs import ReportRun
from reporting.models.schedules import Schedule, ScheduledRun

__all__ = [
    "Question",
    "Replay",
    "ReplayRow",
    "ReportRun",
    "SavedFilter",
    "Schedule",
    "ScheduledRun",
]

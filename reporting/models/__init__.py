"""The tables of reporting, one noun a file."""

from reporting.models.questions import Question
from reporting.models.replays import Replay, ReplayRow
from reporting.models.runs import ReportRun

__all__ = ["Question", "Replay", "ReplayRow", "ReportRun"]

"""The tables of reporting, one noun a file."""

from reporting.models.replays import Replay, ReplayRow
from reporting.models.runs import ReportRun

__all__ = ["Replay", "ReplayRow", "ReportRun"]

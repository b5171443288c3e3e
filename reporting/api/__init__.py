"""Reporting over HTTP: live figures, reports and their runs, schedules, kept questions."""

from ninja import Router

from reporting.api import questions, runs, schedules

router = Router(tags=["Reports and live figures"])
for part in (runs, schedules, questions):
    router.add_router("", part.router)

__all__ = ["router"]

"""Enforcement over HTTP: plate checks, chalk marks, counts, citations, appeals, the hot list, cameras."""

from ninja import Router

from enforcement.api import (
    appeals,
    boots,
    calls,
    checks,
    citations,
    counts,
    hotlist,
    lpr,
    numbers,
)

router = Router(tags=["Enforcement"])
for part in (checks, counts, citations, numbers, appeals, calls, hotlist, boots, lpr):
    router.add_router("", part.router)

__all__ = ["router"]

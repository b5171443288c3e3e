"""Enforcement over HTTP: plate checks, chalk marks, citations, appeals, the hot list."""

from ninja import Router

from enforcement.api import appeals, checks, citations, hotlist

router = Router(tags=["Enforcement"])
for part in (checks, citations, appeals, hotlist):
    router.add_router("", part.router)

__all__ = ["router"]

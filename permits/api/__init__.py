"""Permits over HTTP."""

from ninja import Router

from permits.api import line, permits, shop, stays

router = Router(tags=["Permits"])
for part in (shop, permits, line, stays):
    router.add_router("", part.router)

__all__ = ["router"]

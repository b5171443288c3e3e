"""Permits over HTTP."""

from permits.api import carpools, line, permits, shop, stays, vehicles
from permits.api.mounted import router

__all__ = ["carpools", "line", "permits", "router", "shop", "stays", "vehicles"]

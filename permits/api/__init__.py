"""Permits over HTTP."""

from permits.api import line, permits, shop, stays, vehicles
from permits.api.mounted import router

__all__ = ["line", "permits", "router", "shop", "stays", "vehicles"]

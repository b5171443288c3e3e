"""The one router of permits: calls on the same path with other methods must share it."""

from ninja import Router

router = Router(tags=["Permits"])

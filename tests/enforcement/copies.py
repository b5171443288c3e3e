"""A device's copy of the rights, as a phone without a network would use it."""

import base64
import hashlib
import hmac
from datetime import datetime
from typing import Any

from parkops.kernel.plates import plate_key, regions_match


class Copy:
    """What a device was given, brought up to date by what changed."""

    def __init__(self) -> None:
        self.key = b""
        self.cursor = ""
        self.zones: list[dict[str, Any]] = []
        self.rights: dict[str, list[list[Any]]] = {}
        self.alerts: dict[str, list[list[Any]]] = {}

    def take(self, given: dict[str, Any]) -> "Copy":
        """Take what the server gave; returns this copy."""
        if given["full"]:
            self.key, self.zones = base64.b64decode(given["key"]), given["zones"]
            self.rights, self.alerts = {}, {}
        for name in [*given["rights"], *given["removed"]]:
            self.rights.pop(name, None)
            self.alerts.pop(name, None)
        self.rights |= given["rights"]
        self.alerts |= given["alerts"]
        self.cursor = given["cursor"]
        return self

    def name(self, plate: str) -> str:
        """Return what a plate is called in the copy."""
        whole = hmac.new(self.key, plate_key(plate).encode(), hashlib.sha256)
        return whole.digest()[:12].hex()

    def verdict(self, plate: str, zone_code: str, at: datetime, region: str = "") -> str:
        """Return the verdict, chalk marks and other vehicles of a permit aside."""
        zone = next(zone for zone in self.zones if zone["code"] == zone_code)
        now = at.timestamp()
        if not any(start <= now < end for start, end in zone["enforced"]):
            return "not_enforced"
        places = {n for n, one in enumerate(self.zones) if one["code"] in zone["covers"]}
        held = [
            (start, end)
            for place, start, end, _kind, *rest in self.rights.get(self.name(plate), [])
            if place in places | {-1} and regions_match(region, rest[0] if rest else "")
        ]
        if any(start <= now < end for start, end in held):
            return "authorized"
        if zone["max_stay"] and not zone["paid"]:
            return "authorized"
        if any(end <= now < end + zone["grace"] for _, end in held):
            return "grace"
        return "unauthorized"

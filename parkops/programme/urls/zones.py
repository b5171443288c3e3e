"""Addresses of the zones of the draft; they stand before those of parts in general."""

from django.urls import path

from parkops.programme.views import zone, zones

patterns = [
    path("program/draft/zones/import/", zones.bring, name="zones_import"),
    path("program/draft/zones/<str:code>/place/", zone.place, name="zone_place"),
]

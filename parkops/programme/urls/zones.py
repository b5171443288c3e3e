"""Addresses of the zones of the draft; they stand before those of parts in general."""

from django.urls import path

from parkops.programme.views import zones

patterns = [
    path("program/draft/zones/import/", zones.bring, name="zones_import"),
]

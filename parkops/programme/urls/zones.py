"""Addresses of the zones of the draft; they stand before those of parts in general."""

from django.urls import path

from parkops.programme.views import weeks, zone, zone_rules, zones

patterns = [
    path("program/draft/zones/import/", zones.bring, name="zones_import"),
    path("program/draft/zones/<str:code>/place/", zone.place, name="zone_place"),
    path("program/draft/zones/<str:code>/week/", weeks.zone, name="zone_week"),
    path("program/draft/zones/<str:code>/permits/", zone_rules.permits, name="zone_permits"),
    path(
        "program/draft/zones/<str:code>/violations/",
        zone_rules.violations,
        name="zone_violations",
    ),
    path("program/draft/permit_types/<str:code>/week/", weeks.grants, name="grant_week"),
    path("program/draft/zones/<str:code>/days/", zone_rules.days, name="zone_days"),
]

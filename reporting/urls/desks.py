"""Addresses of the dashboards, their limits and their walls."""

from django.urls import path

from reporting.views import arranging, dashboard, limits, present, walls

dashboard_urls = (
    [
        path("", dashboard.today, name="today"),
        path("live/", dashboard.news_of, name="live"),
        path("desks/", dashboard.today, name="desks"),
        path("desks/<slug:code>/", dashboard.today, name="desk"),
        path("desks/<slug:code>/arrangement/", arranging.arrange, name="arrange"),
        path("present/", present.vehicles, name="present"),
        path("limits/", limits.limit_list, name="limits"),
        path("limits/<uuid:reference>/removal/", limits.remove, name="remove_limit"),
        path("wall/", walls.office, name="wall"),
        path("wall/screens/", walls.screen_list, name="screens"),
        path("wall/screens/<uuid:reference>/revocation/", walls.revoke, name="revoke_screen"),
    ],
    "office_dashboard",
)

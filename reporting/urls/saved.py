"""Addresses of saved filters and of their schedules."""

from django.urls import path

from reporting.views import filters, schedules

filter_urls = (
    [
        path("<uuid:reference>/", filters.detail, name="detail"),
        path("<uuid:reference>/run/", filters.run, name="run"),
        path("<uuid:reference>/removal/", filters.remove, name="remove"),
        path("<uuid:reference>/schedule/", schedules.new, name="schedule"),
    ],
    "office_filters",
)
schedule_urls = (
    [
        path("", schedules.schedule_list, name="list"),
        path("<uuid:reference>/", schedules.detail, name="detail"),
        path("<uuid:reference>/pause/", schedules.pause, name="pause"),
        path("<uuid:reference>/resumption/", schedules.resume, name="resume"),
        path("<uuid:reference>/removal/", schedules.remove, name="remove"),
    ],
    "office_schedules",
)

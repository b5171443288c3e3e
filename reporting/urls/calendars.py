"""Addresses of a customer's calendar."""

from django.urls import path

from reporting.views import calendars

app_name = "portal_calendar"

urlpatterns = [
    path("my/calendar/", calendars.own, name="own"),
    path("calendar/<str:token>/parking.ics", calendars.feed, name="feed"),
]

"""Where people who were invited join a carpool, and leave it."""

from django.urls import path

from permits.views.portal import carpooling

app_name = "portal_carpools"

urlpatterns = [path("carpool/<str:token>/", carpooling.join, name="join")]

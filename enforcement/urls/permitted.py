"""Where anybody asks whether a vehicle is permitted in a zone."""

from django.urls import path

from enforcement.views import portal_permitted as views

app_name = "portal_permitted"

urlpatterns = [
    path("zones/permitted/", views.ask, name="ask"),
]

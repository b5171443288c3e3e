"""Addresses of a tenant's open figures."""

from django.urls import path

from reporting.views import open_figures

app_name = "portal_opening"

urlpatterns = [
    path("open-data/", open_figures.index, name="index"),
    path("open-data/<slug:code>/", open_figures.table, name="table"),
    path("open-data/<slug:code>.csv", open_figures.csv, name="csv"),
    path("open-data/<slug:code>.json", open_figures.json, name="json"),
    path("embed/spaces/", open_figures.spaces, name="spaces"),
    path("apds/places", open_figures.apds_places, name="apds"),
]

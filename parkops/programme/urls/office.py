"""Addresses of the programme in the office."""

from django.urls import path

from parkops.programme.views import office

app_name = "office_programme"

urlpatterns = [
    path("program/", office.show, name="show"),
    path("program/edit/", office.edit, name="edit"),
    path("program/versions/<int:number>.yaml", office.file, name="file"),
    path("program/events/", office.declare, name="declare"),
    path("program/events/<int:declaration>/end/", office.end, name="end"),
]

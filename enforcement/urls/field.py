"""The officer's phone."""

from django.urls import path

from enforcement.views import due, field, offline, printing

app_name = "field"

urlpatterns = [
    path("", field.home, name="home"),
    path("zones/", field.zones, name="zones"),
    path("shift/", field.shift, name="shift"),
    path("check/picture/", field.read_picture, name="picture"),
    path("due/", due.on_the_way, name="due"),
    path("due/check/", due.check, name="due_check"),
    path("due/gone/", due.gone, name="due_gone"),
    path("check/", field.check, name="check"),
    path("no-plate/", field.no_plate, name="no-plate"),
    path("checks/<uuid:reference>/", field.verdict, name="verdict"),
    path("checks/<uuid:reference>/citation/", field.write, name="write"),
    path("checks/<uuid:reference>/chalk/", field.chalk, name="chalk"),
    path("offline/set/", offline.rights, name="offline_set"),
    path("citations/", field.citations, name="citations"),
    path("citations/<str:number>/", field.citation, name="citation"),
    path("citations/<str:number>/print/", printing.print_citation, name="print"),
    path("citations/<str:number>/void/", field.void, name="void"),
    path("citations/<str:number>/photos/<uuid:reference>/", field.photo, name="photo"),
]

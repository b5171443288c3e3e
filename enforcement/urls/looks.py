"""Addresses of who looked at a plate."""

from django.urls import include, path

from enforcement.views import looks, portal_looks

office = [
    path("", looks.ask, name="ask"),
    path("<uuid:reference>/", looks.history, name="history"),
]
portal = [path("vehicles/<uuid:reference>/looks/", portal_looks.own, name="own")]

urlpatterns = [
    path("office/plate-looks/", include((office, "office_looks"))),
    path("my/", include((portal, "portal_looks"))),
]

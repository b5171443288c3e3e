"""The office's addresses of enforcement."""

from django.urls import include, path

from enforcement.views import due, office

citations = [
    path("", office.citation_list, name="list"),
    path("<str:number>/", office.citation, name="detail"),
    path("<str:number>/void/", office.void, name="void"),
    path("<str:number>/photos/<uuid:reference>/", office.photo, name="photo"),
]
checks = [
    path("", office.check_list, name="list"),
    path("due/", due.in_the_office, name="due"),
    path("<uuid:reference>/", office.check, name="detail"),
]

urlpatterns = [
    path("citations/", include((citations, "office_citations"))),
    path("plate-checks/", include((checks, "office_checks"))),
]

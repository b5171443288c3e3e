"""The office's addresses of enforcement."""

from django.urls import include, path

from enforcement.views import cures, due, office, printing

citations = [
    path("", office.citation_list, name="list"),
    path("<str:number>/", office.citation, name="detail"),
    path("<str:number>/print/", printing.print_citation, name="print"),
    path("<str:number>/void/", office.void, name="void"),
    path("<str:number>/void/decision/", office.decide_void, name="void-decision"),
    path("<str:number>/reopening/", office.reopen, name="reopen"),
    path("<str:number>/photos/<uuid:reference>/", office.photo, name="photo"),
    path("<str:number>/proof/", cures.seen, name="proof-seen"),
    path("proofs/<uuid:reference>/decision/", cures.decide, name="proof-decision"),
    path("proofs/<uuid:reference>/picture/", cures.picture, name="proof-picture"),
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

"""Where staff find, sell and change permits."""

from django.urls import include, path

from permits.views.office import acts, selling, showing

PERMITS = [
    path("", showing.permit_list, name="list"),
    path("new/", selling.new, name="new"),
    path("<str:number>/", showing.detail, name="detail"),
    path("<str:number>/vehicles/", acts.vehicles, name="vehicles"),
    *(path(f"<str:number>/{name}/", view, name=name) for name, view in acts.VIEWS.items()),
]

WAITLISTS = [path("", showing.waitlist, name="list")]

urlpatterns = [
    path("permits/", include((PERMITS, "office_permits"))),
    path("waitlists/", include((WAITLISTS, "office_waitlists"))),
]

"""Where staff find, sell and change permits."""

from django.urls import include, path

from permits.views.office import acts, selling, showing

PERMITS = [
    path("", showing.permit_list, name="list"),
    path("new/", selling.new, name="new"),
    path("<str:number>/", showing.detail, name="detail"),
    path("<str:number>/vehicles/", acts.vehicles, name="vehicles"),
    path("<str:number>/approval/", acts.approval, name="approval"),
    path("<str:number>/rejection/", acts.rejection, name="rejection"),
    path("<str:number>/cancellation/", acts.cancellation, name="cancellation"),
    path("<str:number>/revocation/", acts.revocation, name="revocation"),
    path("<str:number>/suspension/", acts.suspension, name="suspension"),
    path("<str:number>/reinstatement/", acts.reinstatement, name="reinstatement"),
    path("<str:number>/renewal/", acts.renewal, name="renewal"),
    path("<str:number>/replacement/", acts.replacement, name="replacement"),
    path("<str:number>/deposit/", acts.deposit, name="deposit"),
]

WAITLISTS = [path("", showing.waitlist, name="list")]

urlpatterns = [
    path("permits/", include((PERMITS, "office_permits"))),
    path("waitlists/", include((WAITLISTS, "office_waitlists"))),
]

"""Where one parks by the hour."""

from django.urls import include, path

from permits.views.portal import event_passes, own_stays, parking, validating

PARK = [
    path("", parking.enter, name="enter"),
    path("<str:code>/", parking.plate, name="plate"),
    path("<str:code>/time/", parking.length, name="length"),
    path("<str:code>/check/", parking.check, name="check"),
]

STAYS = [
    path("<str:token>/", own_stays.stay, name="stay"),
    path("<str:token>/longer/", own_stays.extend, name="extend"),
]

VALIDATE = [
    path("", validating.departments, name="departments"),
    path("<uuid:reference>/", validating.department, name="department"),
    path("<uuid:reference>/uses.csv", validating.uses, name="uses"),
    path("<uuid:reference>/codes/", validating.codes, name="codes"),
]

urlpatterns = [
    path("park/", include((PARK, "portal_park"))),
    path(
        "event/<str:code>/", include(([path("", event_passes.take, name="take")], "portal_events"))
    ),
    path("validate/", include((VALIDATE, "portal_validate"))),
    path("parking/", include((STAYS, "portal_stays"))),
]

"""Where one parks by the hour."""

from django.urls import include, path

from permits.views.portal import own_stays, parking

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

urlpatterns = [
    path("park/", include((PARK, "portal_park"))),
    path("parking/", include((STAYS, "portal_stays"))),
]

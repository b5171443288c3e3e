"""Where customers find what is theirs."""

from django.urls import path

from parkops.customers.views import portal

app_name = "my"

urlpatterns = [
    path("", portal.home, name="home"),
    path("vehicles/new/", portal.add_vehicle, name="vehicle_new"),
    path("vehicles/<uuid:reference>/removal/", portal.remove_vehicle, name="vehicle_removal"),
    path("profile/", portal.profile, name="profile"),
]

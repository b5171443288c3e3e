"""Where the office finds customers."""

from django.urls import path

from parkops.customers.views import office

app_name = "office_customers"

urlpatterns = [
    path("search/", office.find, name="search"),
    path("vehicle-register/", office.vehicle_register, name="register"),
    path("vehicle-register/load/", office.load_register, name="register_load"),
    path("customers/", office.customer_list, name="list"),
    path("customers/new/", office.new, name="new"),
    path("customers/<uuid:reference>/", office.detail, name="detail"),
    path("customers/<uuid:reference>/change/", office.edit, name="edit"),
    path("customers/<uuid:reference>/notes/", office.write_note, name="notes"),
    path("customers/<uuid:reference>/vehicles/", office.add_vehicle, name="vehicles"),
    path(
        "customers/<uuid:reference>/vehicles/<uuid:vehicle>/removal/",
        office.remove_vehicle,
        name="vehicle_removal",
    ),
]

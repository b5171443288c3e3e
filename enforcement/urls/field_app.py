"""The officer's app: what it asks and where it sends."""

from django.urls import path

from enforcement.views import field_app

app_name = "field_app"

urlpatterns = [
    path("me/", field_app.me, name="me"),
    path("records/", field_app.records, name="records"),
    path("numbers/", field_app.numbers, name="numbers"),
    path("photos/", field_app.photo, name="photo"),
]

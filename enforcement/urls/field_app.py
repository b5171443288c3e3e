"""The officer's app: what it asks and where it sends."""

from django.urls import path

from enforcement.views import field_app, field_shell

app_name = "field_app"

urlpatterns = [
    path("app/", field_shell.app, name="app"),
    path("worker.js", field_shell.worker, name="worker"),
    path("app.webmanifest", field_shell.manifest, name="manifest"),
    path("offline/me/", field_app.me, name="me"),
    path("offline/records/", field_app.records, name="records"),
    path("offline/numbers/", field_app.numbers, name="numbers"),
    path("offline/plate/", field_app.plate, name="plate"),
    path("offline/photos/", field_app.photo, name="photo"),
]

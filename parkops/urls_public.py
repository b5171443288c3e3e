"""Addresses on the platform's own host."""

from django.urls import include, path

from parkops.metrics.views import metrics
from parkops.public import views

urlpatterns = [
    path("", views.front, name="home"),
    path("platform/<str:token>/", views.operator, name="operator"),
    path("", include("parkops.health_urls")),
    path("metrics", metrics, name="metrics"),
]

handler400 = "parkops.ui.errors.bad_request"
handler403 = "parkops.ui.errors.forbidden"
handler404 = "parkops.ui.errors.not_found"
handler500 = "parkops.ui.errors.fault"

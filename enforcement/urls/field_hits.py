"""The officer's addresses of what cameras found."""

from django.urls import path

from enforcement.views import field_hits as views

app_name = "field_hits"

urlpatterns = [
    path("hits/", views.listing, name="list"),
    path("hits/live/", views.live, name="live"),
    path("hits/<uuid:reference>/go/", views.go, name="go"),
]

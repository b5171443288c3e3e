"""The officer's addresses of calls, incidents and the own position."""

from django.urls import path

from enforcement.views import field_calls as views

app_name = "field_calls"

urlpatterns = [
    path("calls/", views.listing, name="list"),
    path("calls/<str:number>/", views.detail, name="detail"),
    path("calls/<str:number>/step/", views.step, name="step"),
    path("calls/<str:number>/outcome/", views.finish, name="finish"),
    path("calls/<str:number>/pictures/<uuid:reference>/", views.picture, name="picture"),
    path("incidents/new/", views.incident, name="incident"),
    path("position/", views.position, name="position"),
    path("position/sharing/", views.sharing, name="sharing"),
]

"""Where the public finds, pays and appeals citations."""

from django.urls import path

from enforcement.views import portal

app_name = "portal_citations"

urlpatterns = [
    path("citations/", portal.find, name="find"),
    path("citations/<str:number>/", portal.detail, name="detail"),
    path("citations/<str:number>/pay/", portal.pay, name="pay"),
    path("citations/<str:number>/appeal/", portal.appeal, name="appeal"),
    path("citations/<str:number>/photos/<uuid:reference>/", portal.photo, name="photo"),
]

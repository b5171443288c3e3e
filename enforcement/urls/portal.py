"""Where the public finds, pays and appeals citations."""

from django.urls import path

from enforcement.views import portal, portal_cures, portal_verify

app_name = "portal_citations"

urlpatterns = [
    path("citations/", portal.find, name="find"),
    path("citations/verify/", portal_verify.verify, name="verify"),
    path("citations/<str:number>/", portal.detail, name="detail"),
    path("citations/<str:number>/proof/", portal_cures.show, name="proof"),
    path("citations/<str:number>/pay/", portal.pay, name="pay"),
    path("citations/<str:number>/appeal/", portal.appeal, name="appeal"),
    path("citations/<str:number>/photos/<uuid:reference>/", portal.photo, name="photo"),
]

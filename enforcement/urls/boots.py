"""Boots and tows: the office's register, the officer's orders, the owner's page."""

from django.urls import include, path

from enforcement.views import boots, field_boots, portal_boots

office = [
    path("", boots.register, name="list"),
    path("order/", boots.order, name="order"),
    path("notice/", boots.notice, name="notice"),
    path("inventory/", boots.inventory, name="inventory"),
    path("<str:number>/", boots.case, name="detail"),
    path("<str:number>/letter/", boots.letter, name="letter"),
    path("<str:number>/photos/<uuid:reference>/", boots.photo, name="photo"),
]
field = [
    path("", field_boots.home, name="list"),
    path("<str:number>/", field_boots.case, name="case"),
]
portal = [
    path("", portal_boots.find, name="find"),
    path("<str:token>/", portal_boots.case, name="case"),
    path("<str:token>/letter/", portal_boots.letter, name="letter"),
]

urlpatterns = [
    path("office/boots/", include((office, "office_boots"))),
    path("field/boots/", include((field, "field_boots"))),
    path("boots/", include((portal, "portal_boots"))),
]

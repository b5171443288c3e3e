"""Where guests take the passes that their hosts give."""

from django.urls import path

from permits.views.portal import visiting

app_name = "portal_guests"

urlpatterns = [
    path("visit/", visiting.enter, name="enter"),
    path("visit/pass/<str:token>/", visiting.own_pass, name="pass"),
    path("visit/<str:code>/", visiting.take, name="take"),
]

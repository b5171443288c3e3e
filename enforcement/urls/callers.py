"""Where the public calls for an officer."""

from django.urls import path

from enforcement.views import portal_calls as views

app_name = "portal_calls"

urlpatterns = [
    path("report/", views.new, name="new"),
    path("report/follow/", views.find, name="find"),
    path("report/<str:token>/", views.follow, name="follow"),
    path("report/<str:token>/pictures/<uuid:reference>/", views.picture, name="picture"),
]

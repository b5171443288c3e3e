"""The pages of a tenant that need no sign-in."""

from django.urls import path

from parkops.public import views

urlpatterns = [
    path("", views.home, name="home"),
    path("zones/", views.zones, name="zones"),
    path("help/", views.help_page, name="help"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("privacy/", views.privacy, name="privacy"),
    path("language/", views.choose_language, name="set_language"),
]

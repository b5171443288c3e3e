"""The pages of a tenant that need no sign-in."""

from django.urls import path
from django.views.i18n import set_language

from parkops.public import views
from parkops.ui.access import public

urlpatterns = [
    path("", views.home, name="home"),
    path("zones/", views.zones, name="zones"),
    path("help/", views.help_page, name="help"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("privacy/", views.privacy, name="privacy"),
    path("language/", public(set_language), name="set_language"),
]

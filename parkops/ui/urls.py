"""The gallery of components, for those who build pages."""

from django.urls import path

from parkops.ui import gallery

app_name = "office_ui"
urlpatterns = [path("ui/", gallery.show, name="gallery")]

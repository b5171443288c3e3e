"""Where a screen on a wall finds its figures, without signing in."""

from django.urls import path

from reporting.views import walls

app_name = "wall"

urlpatterns = [path("wall/<str:token>/", walls.screen, name="screen")]

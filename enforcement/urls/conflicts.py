"""The office's addresses of held citations."""

from django.urls import path

from enforcement.views import conflicts

app_name = "office_conflicts"

urlpatterns = [
    path("", conflicts.conflict_list, name="list"),
    path("<int:hold_id>/", conflicts.conflict, name="detail"),
]

"""Addresses of the imports in the office."""

from django.urls import path

from enforcement.views import count_files, imports

app_name = "office_imports"

urlpatterns = [
    path("imports/", imports.listing, name="list"),
    path("imports/counts/", count_files.bring, name="counts"),
    path("imports/<int:batch>/", imports.detail, name="detail"),
    path("imports/<int:batch>/undoing/", imports.undo, name="undo"),
]

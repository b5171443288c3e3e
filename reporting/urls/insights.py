"""Addresses of the questions that the office asks of its data."""

from django.urls import path

from reporting.views import insights

app_name = "office_insights"

urlpatterns = [
    path("insights/", insights.listing, name="list"),
    path("insights/<slug:code>/", insights.question, name="question"),
]

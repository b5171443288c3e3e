"""Addresses of rates by demand."""

from django.urls import path

from reporting.views import pricing

app_name = "office_pricing"

urlpatterns = [path("", pricing.proposals, name="proposals")]

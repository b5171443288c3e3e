"""Where anybody finds out whether a report on paper is genuine."""

from django.urls import path

from reporting.views import proofs

app_name = "portal_reports"

urlpatterns = [path("reports/<str:number>/verify/", proofs.verify, name="verify")]

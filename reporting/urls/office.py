"""Addresses of the dashboard and the reports."""

from django.urls import include, path

from reporting.views import dashboard, reports

dashboard_urls = (
    [
        path("", dashboard.today, name="today"),
        path("live/", dashboard.live, name="live"),
    ],
    "office_dashboard",
)
report_urls = (
    [
        path("", reports.catalogue_page, name="list"),
        path("runs/<uuid:reference>/", reports.run, name="run"),
        path("runs/<uuid:reference>/file/", reports.file, name="file"),
        path("runs/<uuid:reference>/cancellation/", reports.cancel, name="cancel"),
        path("runs/<uuid:reference>/retry/", reports.retry, name="retry"),
        path("<slug:code>/", reports.ask, name="ask"),
    ],
    "office_reports",
)

urlpatterns = [
    path("", include(dashboard_urls)),
    path("reports/", include(report_urls)),
]

"""Addresses of the dashboard, the reports and the replays of drafts."""

from django.urls import include, path

from reporting.urls.desks import dashboard_urls
from reporting.urls.saved import filter_urls, schedule_urls
from reporting.views import opening, oversell, replays, reports, runs

report_urls = (
    [
        path("", reports.catalogue_page, name="list"),
        path("runs/", runs.history, name="history"),
        path("runs/news/", runs.news, name="news"),
        path("runs/<uuid:reference>/", runs.run, name="run"),
        path("runs/<uuid:reference>/file/", runs.file, name="file"),
        path("runs/<uuid:reference>/cancellation/", runs.cancel, name="cancel"),
        path("runs/<uuid:reference>/retry/", runs.retry, name="retry"),
        path("<slug:code>/", reports.ask, name="ask"),
    ],
    "office_reports",
)

replay_urls = (
    [
        path("", replays.replay_list, name="list"),
        path("new/", replays.ask, name="ask"),
        path("<uuid:reference>/", replays.detail, name="detail"),
        path("<uuid:reference>/rows/", replays.rows, name="rows"),
        path("<uuid:reference>/rows.csv", replays.file, name="file"),
        path("<uuid:reference>/cancellation/", replays.cancel, name="cancel"),
        path("<uuid:reference>/resumption/", replays.resume, name="resume"),
    ],
    "office_replays",
)

oversell_urls = (
    [
        path("<str:code>/", oversell.advice, name="advice"),
        path("<str:code>/use/", oversell.use, name="use"),
    ],
    "office_oversell",
)

opening_urls = ([path("", opening.settings, name="settings")], "office_opening")

urlpatterns = [
    path("", include(dashboard_urls)),
    path("reports/saved/", include(filter_urls)),
    path("reports/schedules/", include(schedule_urls)),
    path("reports/open-figures/", include(opening_urls)),
    path("reports/", include(report_urls)),
    path("questions/", include("reporting.urls.questions")),
    path("pricing/", include("reporting.urls.pricing")),
    path("program/replays/", include(replay_urls)),
    path("program/oversell/", include(oversell_urls)),
]

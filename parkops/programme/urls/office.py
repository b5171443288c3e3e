"""Addresses of the programme in the office."""

from django.urls import path

from parkops.programme.urls.zones import patterns as zones
from parkops.programme.views import drafts, office

app_name = "office_programme"

urlpatterns = [
    path("program/", office.show, name="show"),
    path("program/draft/", drafts.overview, name="draft"),
    path("program/draft/start/", drafts.start, name="draft_start"),
    path("program/draft/discard/", drafts.discard, name="draft_discard"),
    path("program/draft/findings/", drafts.mean, name="draft_mean"),
    path("program/draft/publish/", drafts.publish, name="draft_publish"),
    path("program/draft/file/", drafts.file, name="draft_file"),
    path("program/draft/lists/<str:part>/", drafts.part_list, name="draft_list"),
    path("program/draft/add/<str:part>/", drafts.add, name="draft_add"),
    path("program/draft/retire/<str:part>/<str:code>/", drafts.retire, name="draft_retire"),
    path("program/draft/restore/<str:part>/<str:code>/", drafts.restore, name="draft_restore"),
    *zones,
    path("program/draft/<str:part>/", drafts.edit_value, name="draft_value"),
    path("program/draft/<str:part>/<str:code>/", drafts.edit_thing, name="draft_thing"),
    path("program/versions/<int:number>.yaml", office.file, name="file"),
    path("program/events/", office.declare, name="declare"),
    path("program/events/<int:declaration>/end/", office.end, name="end"),
]

"""The office's addresses of appeals and hearings."""

from django.urls import include, path

from enforcement.views import appeals as views
from enforcement.views import hearings

appeals = [
    path("", views.listing, name="list"),
    path("pictures/<uuid:reference>/", views.picture, name="picture"),
    path("documents/<uuid:reference>/", views.document, name="document"),
    path("against/<str:number>/", views.file, name="file"),
    path("<str:number>/", views.detail, name="detail"),
    path("<str:number>/decision/", views.decide, name="decision"),
    path("<str:number>/reviewer/", views.assign, name="assign"),
    path("<str:number>/evidence/", views.add, name="evidence"),
    path("<str:number>/close/", views.close, name="close"),
    path("<str:number>/fee/", views.waive, name="fee"),
    path("<str:number>/letter.pdf", views.letter, name="letter"),
    path("<str:number>/hearing/", hearings.book, name="hearing"),
    path("<str:number>/hearing/release/", hearings.release, name="release"),
    path("<str:number>/hearing/record/", hearings.record, name="record"),
]
calendar = [
    path("", hearings.calendar, name="calendar"),
    path("day/", hearings.day, name="day"),
    path("day.ics", hearings.day_file, name="day_file"),
    path("new/", hearings.new, name="new"),
    path("<uuid:reference>/close/", hearings.close, name="close"),
]

urlpatterns = [
    path("appeals/", include((appeals, "office_appeals"))),
    path("hearings/", include((calendar, "office_hearings"))),
]

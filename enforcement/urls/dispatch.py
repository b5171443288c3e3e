"""The office's addresses of field command."""

from django.urls import include, path

from enforcement.views import dispatch as views
from enforcement.views import patrol

pages = [
    path("", views.board, name="board"),
    path("new/", views.new, name="new"),
    path("officers/", views.at_work, name="officers"),
    path("beats/", views.beats, name="beats"),
    path("beats/new/", views.save_beat, name="save_beat"),
    path("beats/duty/", views.duty, name="duty"),
    path("beats/<uuid:reference>/", views.beat, name="beat"),
    path("coverage/", views.coverage, name="coverage"),
    path("patrol/", patrol.patrol, name="patrol"),
    path("incidents/", views.incidents, name="incidents"),
    path("incidents/<str:number>/", views.incident, name="incident"),
    path("calls/<str:number>/", views.detail, name="detail"),
    path("calls/<str:number>/officer/", views.assign, name="assign"),
    path("calls/<str:number>/outcome/", views.finish, name="finish"),
    path("calls/<str:number>/cancel/", views.cancel, name="cancel"),
    path("calls/<str:number>/pictures/<uuid:reference>/", views.picture, name="picture"),
]

urlpatterns = [path("dispatch/", include((pages, "office_dispatch")))]

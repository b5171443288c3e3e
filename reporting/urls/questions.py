"""Addresses of questions of one's own."""

from django.urls import path

from reporting.views import questions, schedules

app_name = "office_questions"

urlpatterns = [
    path("", questions.question_list, name="list"),
    path("new/", questions.ask, name="new"),
    path("files/", questions.file, name="file"),
    path("<uuid:reference>/", questions.detail, name="detail"),
    path("<uuid:reference>/edit/", questions.edit, name="edit"),
    path("<uuid:reference>/removal/", questions.remove, name="remove"),
    path("<uuid:reference>/schedule/", schedules.new_of_question, name="schedule"),
]

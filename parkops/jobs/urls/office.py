"""Where the office finds long work."""

from django.urls import path

from parkops.jobs import views

app_name = "office_jobs"

urlpatterns = [
    path("jobs/", views.job_list, name="list"),
    path("jobs/<int:job_id>/retry/", views.retry, name="retry"),
    path("jobs/<int:job_id>/cancellation/", views.cancel, name="cancel"),
    path("jobs/given-up/<int:entry_id>/retry/", views.retry_given_up, name="retry_given_up"),
]

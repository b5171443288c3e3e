"""Where the mailbox of a machine without a mail server is."""

from django.urls import path

from parkops.messaging import views

app_name = "mailbox"

urlpatterns = [
    path("mailbox/", views.mailbox, name="list"),
    path("mailbox/<uuid:reference>/", views.message, name="message"),
]

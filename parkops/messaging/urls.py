"""Where the mailbox of a machine without a mail server is, and where texts come in."""

from django.urls import include, path

from parkops.messaging import views
from parkops.messaging.texts import views as texts

MAILBOX = [
    path("", views.mailbox, name="list"),
    path("text/", texts.text_in, name="text"),
    path("<uuid:reference>/", views.message, name="message"),
]

urlpatterns = [
    path("mailbox/", include((MAILBOX, "mailbox"))),
    path("texts/inbound/", texts.inbound, name="texts_inbound"),
]

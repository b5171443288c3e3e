"""Where our books are compared with the provider and the bank, and a day is closed."""

from django.urls import path

from payments.views import reconciling

RECONCILIATION = [
    path("", reconciling.differences, name="differences"),
    path("compare/", reconciling.compare, name="compare"),
    path("payouts/", reconciling.payouts, name="payouts"),
    path("day/", reconciling.day, name="day"),
    path("day/pdf/", reconciling.day_pdf, name="day_pdf"),
    path("<uuid:difference_id>/settle/", reconciling.settle, name="settle"),
    path("<uuid:difference_id>/accept/", reconciling.accept, name="accept"),
]

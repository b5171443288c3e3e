"""Chargebacks, in the office."""

from django.urls import path

from payments.views import disputes

DISPUTES = [
    path("", disputes.dispute_list, name="list"),
    path("cards-again/", disputes.take_cards_again, name="cards_again"),
    path("<str:provider_id>/", disputes.dispute, name="detail"),
]

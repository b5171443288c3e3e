"""Where staff read the ledger and keep the books."""

from django.urls import path

from payments.views import ledger

LEDGER = [
    path("", ledger.accounts, name="accounts"),
    path("transactions/<int:transaction_id>/", ledger.transaction, name="transaction"),
    path("<str:code>/", ledger.entries, name="entries"),
]

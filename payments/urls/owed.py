"""Where staff invoice those who pay for others."""

from django.urls import include, path

from payments.views import bank, invoices, payers, statements

INVOICES = [
    path("", invoices.invoice_list, name="list"),
    path("runs/", invoices.run, name="run"),
    path("<str:number>/", invoices.detail, name="detail"),
    path("<str:number>/pdf/", invoices.paper, name="pdf"),
    path("<str:number>/sending/", invoices.send, name="send"),
    path("<str:number>/hold/", invoices.hold, name="hold"),
    path("<str:number>/release/", invoices.release, name="release"),
    path("<str:number>/void/", invoices.void, name="void"),
]

PAYERS = [
    path("", payers.payer_list, name="list"),
    path("new/", payers.new, name="new"),
    path("<uuid:payer_id>/", payers.detail, name="detail"),
    path("<uuid:payer_id>/change/", payers.change, name="change"),
    path("<uuid:payer_id>/close/", payers.close, name="close"),
    path("<uuid:payer_id>/charges/", payers.put_on, name="put_on"),
    path("<uuid:payer_id>/charges/off/", payers.take_off, name="take_off"),
    path("<uuid:payer_id>/invoices/", payers.invoice, name="invoice"),
]

STATEMENTS = [
    path("<uuid:customer_id>/", statements.customer, name="customer"),
    path("<uuid:customer_id>/pdf/", statements.paper, name="pdf"),
]

BANK = [
    path("", bank.line_list, name="list"),
    path("statements/", bank.statement_list, name="statements"),
    path("matching/", bank.match_again, name="match"),
    path("<uuid:line_id>/", bank.detail, name="detail"),
    path("<uuid:line_id>/assignment/", bank.assign, name="assign"),
    path("<uuid:line_id>/account/", bank.book, name="book"),
    path("<uuid:line_id>/aside/", bank.aside, name="aside"),
    path("<uuid:line_id>/back/", bank.back, name="back"),
    path("<uuid:line_id>/counterpart/", bank.counterpart, name="counterpart"),
    path("<uuid:line_id>/refund/", bank.refund, name="refund"),
]

urlpatterns = [
    path("bank/", include((BANK, "office_bank"))),
    path("invoices/", include((INVOICES, "office_invoices"))),
    path("payers/", include((PAYERS, "office_payers"))),
    path("statements/", include((STATEMENTS, "office_statements"))),
]

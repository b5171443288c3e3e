"""Where staff invoice those who pay for others."""

from django.urls import include, path

from payments.views import bank, charge_files, charge_refunds, charges, invoices, payers, statements

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

CHARGES = [
    path("adjustments/", charges.adjustment_list, name="adjustments"),
    path("adjustments/<uuid:adjustment_id>/acceptance/", charges.accept, name="accept"),
    path("adjustments/<uuid:adjustment_id>/rejection/", charges.reject, name="reject"),
    path("<uuid:charge_id>/", charges.detail, name="detail"),
    path("<uuid:charge_id>/adjustments/", charges.adjust, name="adjust"),
    path("<uuid:charge_id>/payments/", charges.move, name="move"),
    path("<uuid:charge_id>/refund/", charge_refunds.refund, name="refund"),
    path("<uuid:charge_id>/agreement/", charges.agree, name="agree"),
    path("<uuid:charge_id>/agreement/end/", charges.disagree, name="disagree"),
]

FILES = [
    path("", charge_files.file_list, name="list"),
    path("new/", charge_files.new, name="new"),
    path("columns/", charge_files.columns, name="columns"),
    path("<str:number>/", charge_files.detail, name="detail"),
    path("<str:number>/csv/", charge_files.download, name="download"),
    path("<str:number>/settlement/", charge_files.settle, name="settle"),
]

urlpatterns = [
    path("charges/", include((CHARGES, "office_charges"))),
    path("charge-files/", include((FILES, "office_charge_files"))),
    path("bank/", include((BANK, "office_bank"))),
    path("invoices/", include((INVOICES, "office_invoices"))),
    path("payers/", include((PAYERS, "office_payers"))),
    path("statements/", include((STATEMENTS, "office_statements"))),
]

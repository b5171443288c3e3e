"""Where payers see their invoices and statements, and pay."""

from django.urls import path

from payments.views import portal_invoices

app_name = "portal_invoices"

urlpatterns = [
    path("invoices/<str:token>/", portal_invoices.invoice, name="invoice"),
    path("invoices/<str:token>/pdf/", portal_invoices.paper, name="pdf"),
    path("invoices/account/<str:token>/", portal_invoices.account, name="account"),
    path("invoices/account/<str:token>/pdf/", portal_invoices.statement_paper, name="statement"),
]

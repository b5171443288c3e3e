"""Where staff take money and look payments up; the ledger's own addresses are in `ledger`."""

from django.urls import include, path

from payments.urls.counter import COUNTER
from payments.urls.disputes import DISPUTES
from payments.urls.ledger import LEDGER
from payments.urls.plans import OFFICE as PLANS
from payments.urls.reconciling import RECONCILIATION
from payments.urls.tenders import DRIVES, GIFTS
from payments.views import office

PAYMENTS = [
    path("", office.payment_list, name="list"),
    path("refunds/", office.refund_list, name="refunds"),
    path("refunds/<str:number>/payout/", office.pay_out, name="payout"),
    path("refunds/<str:number>/accept/", office.accept_proposed, name="refund_accept"),
    path("refunds/<str:number>/reject/", office.reject_proposed, name="refund_reject"),
    path("refunds/<str:number>/retry/", office.retry, name="retry"),
    path("<str:number>/", office.detail, name="detail"),
    path("<str:number>/refund/", office.refund, name="refund"),
    path("<str:number>/acceptance/", office.accept, name="accept"),
    path("<str:number>/bounce/", office.bounce, name="bounce"),
]

urlpatterns = [
    path("reconciliation/", include((RECONCILIATION, "office_reconciliation"))),
    path("counter/", include((COUNTER, "office_counter"))),
    path("payments/", include((PAYMENTS, "office_payments"))),
    path("plans/", include((PLANS, "office_plans"))),
    path("chargebacks/", include((DISPUTES, "office_disputes"))),
    path("gift-certificates/", include((GIFTS, "office_gifts"))),
    path("drives/", include((DRIVES, "office_drives"))),
    path("ledger/", include((LEDGER, "office_ledger"))),
]

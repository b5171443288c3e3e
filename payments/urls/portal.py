"""Where customers and guests pay."""

from django.urls import path

from payments.views import portal

app_name = "portal_payments"

urlpatterns = [
    path("pay/", portal.owed, name="owed"),
    path("pay/return/<str:token>/", portal.came_back, name="return"),
    path("pay/cancelled/<str:token>/", portal.cancelled, name="cancelled"),
    path("pay/receipts/<str:token>/", portal.receipt, name="receipt"),
    path("pay/receipts/<str:token>/pdf/", portal.receipt_pdf, name="receipt_pdf"),
    path("pay/<str:token>/", portal.pay, name="pay"),
]

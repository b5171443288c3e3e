"""Where staff read the ledger and keep the books."""

from django.urls import path

from payments.views import codes, exports, ledger, months, proof

LEDGER = [
    path("", ledger.accounts, name="accounts"),
    path("transactions/<int:transaction_id>/", ledger.transaction, name="transaction"),
    path("codes/", codes.code_list, name="codes"),
    path("months/", months.month_list, name="months"),
    path("months/earning/", months.accrue, name="earning"),
    path("schedules/<uuid:charge_id>/", months.schedule, name="schedule"),
    path("months/<str:month>/", months.detail, name="month"),
    path("months/<str:month>/close/", months.close, name="close"),
    path("months/<str:month>/reopening/", months.reopen, name="reopen"),
    path("months/<str:month>/decision/", months.decide, name="decide"),
    path("exports/", exports.export_list, name="exports"),
    path("exports/new/", exports.make, name="make"),
    path("exports/columns/", exports.choose, name="columns"),
    path("exports/<str:number>.<slug:ending>", exports.file, name="file"),
    path("proof/", proof.home, name="proof"),
    path("<str:code>/", ledger.entries, name="entries"),
]

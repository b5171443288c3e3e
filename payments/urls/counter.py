"""The counter, its drawers, and what goes from them to the bank."""

from django.urls import path

from payments.views import counter, drawers, tenders, terminal

COUNTER = [
    path("", counter.home, name="home"),
    path("several/", tenders.several, name="several"),
    path("taken/<str:number>/", counter.taken, name="taken"),
    path("taken/<str:number>/mail/", counter.mail_receipt, name="mail_receipt"),
    path("drawers/", drawers.drawer_list, name="drawers"),
    path("drawers/new/", drawers.open_drawer, name="open_drawer"),
    path("drawers/<uuid:drawer_id>/", drawers.drawer, name="drawer"),
    path("drawers/<uuid:drawer_id>/move/", drawers.move, name="move_cash"),
    path("drawers/<uuid:drawer_id>/close/", drawers.close_drawer, name="close_drawer"),
    path("drawers/<uuid:drawer_id>/explain/", drawers.explain, name="explain_drawer"),
    path("drawers/<uuid:drawer_id>/sign/", drawers.sign, name="sign_drawer"),
    path("drawers/<uuid:drawer_id>/recount/", drawers.recount, name="recount_drawer"),
    path("terminal/", terminal.home, name="terminal"),
    path("terminal/<str:number>/", terminal.batch, name="terminal_batch"),
    path("deposits/", drawers.deposit_list, name="deposits"),
    path("deposits/new/", drawers.new_deposit, name="new_deposit"),
    path("deposits/<str:number>/", drawers.deposit, name="deposit"),
    path("deposits/<str:number>/slip/", drawers.deposit_slip, name="deposit_slip"),
]

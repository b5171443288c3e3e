"""Where permits are bought, looked at and shown."""

from django.urls import path

from permits.views.portal import (
    automatic,
    buying,
    carpooling,
    documents,
    holding,
    hosting,
    line,
    losing,
    lots,
    paying,
    switching,
    temporary,
    transferring,
    waiting,
)

app_name = "portal_permits"

urlpatterns = [
    path("permits/", buying.choose, name="choose"),
    path("permits/buy/vehicle/", buying.vehicle, name="vehicle"),
    path("permits/buy/dates/", buying.dates, name="dates"),
    path("permits/buy/you/", buying.you, name="you"),
    path("permits/buy/check/", buying.check, name="check"),
    path("permits/buy/<str:code>/", buying.start, name="start"),
    path("permits/waitlist/", waiting.waits, name="waits"),
    path("permits/waitlist/offer/<str:token>/", waiting.offer, name="offer"),
    path("permits/waitlist/<str:code>/", waiting.wait, name="wait"),
    path("permits/line/<str:token>/", line.place, name="in_line"),
    path("permits/room/<str:code>/", line.enter, name="room"),
    path("permits/lottery/<str:code>/", lots.lottery, name="lottery"),
    path("permits/draws/<uuid:reference>/", line.draw, name="draw"),
    path("permits/verify/<str:token>/", holding.verify, name="verify"),
    path("permits/<str:number>/", holding.detail, name="detail"),
    path("permits/<str:number>/pay/", paying.pay, name="pay"),
    path("permits/<str:number>/permit.pdf", holding.paper, name="paper"),
    path("permits/<str:number>/permit.ics", holding.calendar, name="calendar"),
    path("permits/<str:number>/vehicles/", holding.vehicles, name="vehicles"),
    path("permits/<str:number>/renewal/", holding.renewal, name="renewal"),
    path("permits/<str:number>/renewal/automatic/", automatic.automatic, name="automatic"),
    path("permits/<str:number>/cancellation/", holding.cancellation, name="cancellation"),
    path("permits/<str:number>/switch/", switching.switch, name="switch"),
    path("permits/gift/<str:token>/", transferring.gift, name="gift"),
    path("permits/<str:number>/transfer/", transferring.transfer, name="transfer"),
    path("permits/<str:number>/carpool/", carpooling.carpool, name="carpool"),
    path("permits/<str:number>/loss/", losing.loss, name="loss"),
    path("permits/<str:number>/temporary/", temporary.temporary, name="temporary"),
    path("permits/<str:number>/passes/", hosting.passes, name="passes"),
    path("permits/<str:number>/passes/list/", hosting.pass_list, name="pass_list"),
    path("permits/<str:number>/guests/", hosting.links, name="guest_links"),
    path("permits/<str:number>/guests/<uuid:reference>/poster.pdf", hosting.poster, name="poster"),
    path("permits/<str:number>/documents/", documents.documents, name="documents"),
    path("permits/<str:number>/documents/<uuid:reference>/", documents.document, name="document"),
]

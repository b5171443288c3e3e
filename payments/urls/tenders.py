"""Gift certificates and drives, in the office."""

from django.urls import path

from payments.views import tenders

GIFTS = [
    path("", tenders.gift_list, name="list"),
    path("new/", tenders.new_gift, name="new"),
    path("<str:number>/", tenders.gift, name="detail"),
    path("<str:number>/block/", tenders.block_gift, name="block"),
]

DRIVES = [
    path("", tenders.drive_list, name="list"),
    path("new/", tenders.new_drive, name="new"),
    path("<str:code>/", tenders.drive, name="detail"),
]

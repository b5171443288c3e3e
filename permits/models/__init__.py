"""What permits are made of: permits, plates' rights, quotas, waitlists, paid stays, passes."""

from permits.models.bulk import BulkRow, BulkRun
from permits.models.carpools import Carpool, CarpoolMember
from permits.models.consents import RenewalConsent
from permits.models.coupons import Coupon
from permits.models.documents import PermitDocument
from permits.models.draws import Draw, Ticket
from permits.models.guests import GuestLink
from permits.models.hangtags import Hangtag, HangtagBatch, HangtagCount, LostHangtag
from permits.models.passes import VisitorPass
from permits.models.permits import Permit
from permits.models.quotas import Quota
from permits.models.rights import PlateRight
from permits.models.rights_changes import RightsChange
from permits.models.roster import EligibilityLoss, Roster, RosterRow
from permits.models.sessions import ParkingSession, StayMend, StayOrder
from permits.models.transfers import PermitTransfer
from permits.models.validations import Department, Validation, ValidationCode
from permits.models.vehicles import PlateDecision, TemporaryVehicle
from permits.models.visitor_events import EventPass, VisitorEvent
from permits.models.waitlist import WaitlistEntry

__all__ = [
    "BulkRow",
    "BulkRun",
    "Draw",
    "Carpool",
    "CarpoolMember",
    "Coupon",
    "Department",
    "EventPass",
    "GuestLink",
    "EligibilityLoss",
    "Hangtag",
    "HangtagBatch",
    "HangtagCount",
    "LostHangtag",
    "ParkingSession",
    "Permit",
    "PermitDocument",
    "PlateDecision",
    "PermitTransfer",
    "PlateRight",
    "Quota",
    "RightsChange",
    "Roster",
    "RosterRow",
    "StayMend",
    "StayOrder",
    "TemporaryVehicle",
    "Ticket",
    "Validation",
    "ValidationCode",
    "VisitorEvent",
    "VisitorPass",
    "RenewalConsent",
    "WaitlistEntry",
]

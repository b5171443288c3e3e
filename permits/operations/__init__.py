"""What can be done with permits: each public function is one transaction."""

from permits.operations.changes import (
    approve_permit,
    cancel_permit,
    change_vehicles,
    reinstate_permit,
    reject_permit,
    renew_permit,
    replace_hangtag,
    return_deposit,
    revoke_permit,
    suspend_permit,
    transfer_permit,
)
from permits.operations.holds import check_quotas, expire_holds, expire_permits
from permits.operations.passes import end_pass, give_pass
from permits.operations.sales import Wish, hold_permit
from permits.operations.stays import extend_stay, start_stay, stop_stay
from permits.operations.waitlist import (
    expire_offers,
    join_waitlist,
    leave_waitlist,
    offer_everywhere,
)

__all__ = [
    "Wish",
    "approve_permit",
    "cancel_permit",
    "change_vehicles",
    "check_quotas",
    "end_pass",
    "expire_holds",
    "expire_offers",
    "expire_permits",
    "extend_stay",
    "give_pass",
    "hold_permit",
    "join_waitlist",
    "leave_waitlist",
    "offer_everywhere",
    "reinstate_permit",
    "reject_permit",
    "renew_permit",
    "replace_hangtag",
    "return_deposit",
    "revoke_permit",
    "start_stay",
    "stop_stay",
    "suspend_permit",
    "transfer_permit",
]

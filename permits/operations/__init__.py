"""What can be done with permits: each public function is one transaction."""

from permits.operations.accepting import accept_offer
from permits.operations.approving import (
    accept_proof,
    approve_for_a_while,
    approve_permit,
    end_unproven,
    reject_permit,
)
from permits.operations.auto_renewing import (
    charge_renewal,
    renew_automatically,
    renew_by_consent,
)
from permits.operations.bulk import ask_bulk, confirm_bulk, drop_bulk, retry_bulk
from permits.operations.carpool_ends import close_short_carpools
from permits.operations.carpools import invite as invite_to_carpool
from permits.operations.carpools import join as join_carpool
from permits.operations.carpools import leave as leave_carpool
from permits.operations.changes import change_vehicles, replace_hangtag
from permits.operations.consenting import agree_to_renew, finish_agreeing, stop_renewing
from permits.operations.coupons import make_coupon, switch_coupon
from permits.operations.deposits import Deduction, return_deposit
from permits.operations.documents import (
    forget_documents,
    send_document,
    withdraw_document,
)
from permits.operations.eligibility import carry_out_losses, follow_audiences
from permits.operations.ending import cancel_permit, revoke_permit
from permits.operations.exporting import record_export
from permits.operations.extending import extend_permit
from permits.operations.forgetting import forget_old
from permits.operations.guests import make_link, revoke_link, take_by_link
from permits.operations.handing_on import accept_transfer, decline_transfer, offer_transfer
from permits.operations.hangtags import (
    count_hangtags,
    give_hangtag,
    hand_out_hangtags,
    note_found,
    receive_hangtags,
    report_lost,
    return_hangtag,
)
from permits.operations.holds import check_quotas, expire_holds, expire_permits
from permits.operations.lottery import (
    draw_lottery,
    enter_lottery,
    leave_lottery,
    run_lotteries,
    settle_lottery,
)
from permits.operations.mending import mend_stay, offer_mend
from permits.operations.offering import expire_offers, offer_everywhere, purge_waitlists
from permits.operations.passes import end_batch, end_pass, give_many, give_pass
from permits.operations.reminding import remind
from permits.operations.renewing import renew_permit, send_renewal
from permits.operations.rights_changes import forget_changes
from permits.operations.room import enter_room, leave_room, move_rooms, move_up
from permits.operations.roster import apply_roster, bring_roster, drop_roster
from permits.operations.sales import Wish, hold_permit
from permits.operations.stay_orders import (
    expire_orders,
    extend_stay,
    give_up_order,
    order_extension,
    order_stay,
    stop_stay,
)
from permits.operations.stay_reminders import remind_of_stays
from permits.operations.stays import start_stay
from permits.operations.suspending import end_suspensions, reinstate_permit, suspend_permit
from permits.operations.switching import switch_permit
from permits.operations.temporary import (
    add_temporary_vehicle,
    end_temporary_vehicle,
    tell_ended_vehicles,
)
from permits.operations.transfers import transfer_permit
from permits.operations.validations import (
    close_department,
    make_code,
    open_department,
    revoke_code,
    validate_plate,
)
from permits.operations.vehicles import decide_plate
from permits.operations.visitor_events import (
    add_passes,
    make_event,
    revoke_event_pass,
    take_event_pass,
)
from permits.operations.waitlist import (
    extend_offer,
    join_waitlist,
    leave_waitlist,
    move_entry,
    prefer,
)

__all__ = [
    "Deduction",
    "Wish",
    "accept_offer",
    "accept_transfer",
    "add_temporary_vehicle",
    "agree_to_renew",
    "apply_roster",
    "accept_proof",
    "approve_for_a_while",
    "approve_permit",
    "end_unproven",
    "ask_bulk",
    "bring_roster",
    "cancel_permit",
    "carry_out_losses",
    "add_passes",
    "make_coupon",
    "make_event",
    "revoke_event_pass",
    "take_event_pass",
    "change_vehicles",
    "charge_renewal",
    "close_department",
    "make_code",
    "open_department",
    "revoke_code",
    "validate_plate",
    "check_quotas",
    "close_short_carpools",
    "confirm_bulk",
    "count_hangtags",
    "decide_plate",
    "decline_transfer",
    "drop_bulk",
    "draw_lottery",
    "end_batch",
    "drop_roster",
    "end_pass",
    "end_suspensions",
    "end_temporary_vehicle",
    "enter_lottery",
    "enter_room",
    "expire_holds",
    "expire_offers",
    "expire_orders",
    "expire_permits",
    "extend_offer",
    "extend_permit",
    "extend_stay",
    "finish_agreeing",
    "follow_audiences",
    "forget_documents",
    "forget_changes",
    "forget_old",
    "send_document",
    "withdraw_document",
    "give_hangtag",
    "give_many",
    "give_up_order",
    "give_pass",
    "hand_out_hangtags",
    "hold_permit",
    "invite_to_carpool",
    "join_carpool",
    "join_waitlist",
    "leave_lottery",
    "leave_room",
    "leave_carpool",
    "leave_waitlist",
    "make_link",
    "mend_stay",
    "move_entry",
    "note_found",
    "move_rooms",
    "move_up",
    "offer_everywhere",
    "offer_transfer",
    "offer_mend",
    "prefer",
    "purge_waitlists",
    "order_extension",
    "order_stay",
    "receive_hangtags",
    "record_export",
    "reinstate_permit",
    "reject_permit",
    "remind",
    "remind_of_stays",
    "renew_automatically",
    "renew_by_consent",
    "renew_permit",
    "replace_hangtag",
    "report_lost",
    "retry_bulk",
    "return_deposit",
    "return_hangtag",
    "revoke_link",
    "revoke_permit",
    "run_lotteries",
    "send_renewal",
    "settle_lottery",
    "start_stay",
    "stop_stay",
    "stop_renewing",
    "suspend_permit",
    "switch_coupon",
    "switch_permit",
    "take_by_link",
    "tell_ended_vehicles",
    "transfer_permit",
]

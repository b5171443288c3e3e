"""What can be done with money. A public function is one transaction, unless it says otherwise."""

from payments.operations.accruals import accrue_from, post_accruals
from payments.operations.adjustments import (
    accept_adjustment,
    adjust_charge,
    move_payment,
    reject_adjustment,
)
from payments.operations.balances import keep_balances
from payments.operations.bank import book_line, import_statement
from payments.operations.charge_files import (
    agree_to_charges,
    choose_file_columns,
    end_charge_account,
    make_batch,
    read_answer,
    settle_batch,
)
from payments.operations.charges import (
    assign_charge,
    bring_charges_up_to_date,
    bring_up_to_date,
    cancel_charge,
    change_charge,
    pause_charge,
    raise_charge,
    reinstate_charge,
    write_off_charge,
)
from payments.operations.checkouts import (
    cancel_checkout,
    settle_checkout,
    settle_open_checkouts,
    start_card_payment,
    start_payment,
    start_transfer,
)
from payments.operations.credit import apply_credit
from payments.operations.deposits import make_deposit, why_not_deposited
from payments.operations.drawers import (
    ask_for_recount,
    close_drawer,
    count_again,
    explain_drawer,
    move_cash,
    needs_explaining,
    open_drawer,
    sign_drawer,
)
from payments.operations.events import apply_event, apply_events, receive_event
from payments.operations.fulfilment import accept_reviewed, mail_receipt
from payments.operations.gateway_refunds import send_refund, settle_open_refunds
from payments.operations.gl import write_code
from payments.operations.invoices import (
    hold_invoice,
    invoice_month,
    make_invoice,
    release_invoice,
    remind,
    send_invoice,
    send_reminders,
    void_invoice,
)
from payments.operations.journal import choose_columns, export_journal
from payments.operations.matching import (
    assign_line,
    assign_refund,
    keep_aside,
    match_lines,
    read_statement,
    send_back,
    take_back,
)
from payments.operations.months import ask_reopening, close_month, decide_reopening
from payments.operations.payers import (
    change_payer,
    close_payer,
    open_payer,
    put_on_account,
    take_off_account,
    terms_of,
)
from payments.operations.payments import Tender, take_payment
from payments.operations.payouts import note_payout
from payments.operations.proof import ask_for_proof, prove_books
from payments.operations.reconciling import (
    accept_discrepancy,
    compare_with_bank,
    reconcile,
    settle_discrepancy,
)
from payments.operations.refunds import (
    accept_refund,
    bounce_payment,
    nsf_reference,
    pay_out_refund,
    refund_charge,
    refund_credit,
    refund_payment,
    reject_refund,
    retry_refund,
)
from payments.operations.refunds_of_charges import refund_of_charge
from payments.operations.saved_cards import (
    charge_saved_card,
    finish_saving,
    forget_card,
    start_saving,
    tell_forgotten,
)
from payments.operations.tendering import take_tenders
from payments.operations.terminal import close_terminal

__all__ = [
    "choose_file_columns",
    "accept_adjustment",
    "adjust_charge",
    "agree_to_charges",
    "end_charge_account",
    "make_batch",
    "move_payment",
    "read_answer",
    "reject_adjustment",
    "settle_batch",
    "assign_line",
    "assign_refund",
    "keep_aside",
    "match_lines",
    "read_statement",
    "send_back",
    "take_back",
    "change_payer",
    "close_payer",
    "hold_invoice",
    "invoice_month",
    "make_invoice",
    "open_payer",
    "put_on_account",
    "release_invoice",
    "remind",
    "send_invoice",
    "send_reminders",
    "take_off_account",
    "terms_of",
    "void_invoice",
    "Tender",
    "compare_with_bank",
    "note_payout",
    "settle_discrepancy",
    "reconcile",
    "accept_discrepancy",
    "accept_refund",
    "accept_reviewed",
    "accrue_from",
    "apply_credit",
    "ask_reopening",
    "close_month",
    "decide_reopening",
    "apply_event",
    "apply_events",
    "ask_for_recount",
    "ask_for_proof",
    "assign_charge",
    "book_line",
    "bounce_payment",
    "bring_charges_up_to_date",
    "bring_up_to_date",
    "cancel_charge",
    "cancel_checkout",
    "change_charge",
    "charge_saved_card",
    "choose_columns",
    "close_drawer",
    "count_again",
    "explain_drawer",
    "export_journal",
    "finish_saving",
    "forget_card",
    "import_statement",
    "keep_balances",
    "mail_receipt",
    "make_deposit",
    "move_cash",
    "needs_explaining",
    "nsf_reference",
    "open_drawer",
    "pause_charge",
    "pay_out_refund",
    "prove_books",
    "raise_charge",
    "receive_event",
    "post_accruals",
    "refund_charge",
    "refund_credit",
    "refund_of_charge",
    "refund_payment",
    "reinstate_charge",
    "reject_refund",
    "retry_refund",
    "send_refund",
    "settle_checkout",
    "settle_open_checkouts",
    "settle_open_refunds",
    "sign_drawer",
    "start_card_payment",
    "start_payment",
    "start_transfer",
    "start_saving",
    "take_payment",
    "take_tenders",
    "why_not_deposited",
    "write_code",
    "write_off_charge",
    "tell_forgotten",
    "write_off_charge",
    "close_terminal",
]

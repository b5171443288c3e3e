"""What can be done with money. A public function is one transaction, unless it says otherwise."""

from payments.operations.charges import (
    cancel_charge,
    change_charge,
    pause_charge,
    raise_charge,
)
from payments.operations.payments import take_payment

__all__ = [
    "cancel_charge",
    "change_charge",
    "pause_charge",
    "raise_charge",
    "take_payment",
]

"""Who may pay by bank transfer: pure, from what the program says."""

from collections.abc import Collection

from parkops.kernel.codes import code_key
from parkops.kernel.decisions import ALLOWED, Decision
from parkops.kernel.money import Money
from parkops.kernel.texts import say
from parkops.programme.invoice_schema import Transfers


def may_transfer(
    terms: Transfers | None, *, kinds: Collection[str], audiences: Collection[str], amount: Money
) -> Decision:
    """Decide whether charges of these kinds may be paid by transfer by a customer of these audiences."""
    if terms is None:
        return Decision("no_transfers", say("Bank transfers are not taken here."))
    if terms.charges and set(kinds) - set(terms.charges):
        return Decision("not_by_transfer", say("This is not paid by bank transfer here."))
    theirs = {code_key(code) for code in audiences}
    if terms.audience and not theirs & {code_key(code) for code in terms.audience}:
        return Decision("not_eligible", say("Paying by bank transfer is for some customers only."))
    if terms.least is not None and amount < terms.least:
        told = say("Bank transfers are taken from {amount} on.", amount=terms.least)
        return Decision("least", told, "amount")
    return ALLOWED

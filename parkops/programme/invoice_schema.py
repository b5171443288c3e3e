"""What the programme file says of invoices: when they are due, where to pay them, how often to remind."""

from typing import Literal

from pydantic import model_validator

from parkops.programme.fields import Amount, Codes, Days, Part, Text, wrong


class BankAccount(Part):
    """The account that transfers go to, as it stands on invoices."""

    name: Text
    account: Text
    bank: Text = ""
    code: Text = ""

    @property
    def key(self) -> str:
        """The account's number without blanks, as banks' files write it."""
        return self.account.replace(" ", "").upper()


class Reminder(Part):
    """A reminder goes out so many days `after` the due date, with a fee if there is one."""

    after: Days
    fee: Amount | None = None


Kind = Literal["citation", "permit", "deposit", "session", "fee", "boot", "tow", "storage"]


class Transfers(Part):
    """Who may pay by bank transfer instead of at once: charges of these kinds (none: all), of customers of
    these audiences (none: everybody), from `least` on. It is due within `due` days; what is held for it is
    given up `grace` days later, for banks need some."""

    charges: tuple[Kind, ...] = ()
    audience: Codes = ()
    least: Amount | None = None
    due: Days = 10
    grace: Days = 3


class Invoices(Part):
    """Days until an invoice is due, the account for transfers, what may be paid by one without an
    invoice, and the levels of reminders."""

    terms: Days = 30
    bank: BankAccount | None = None
    transfers: Transfers | None = None
    reminders: tuple[Reminder, ...] = ()

    @model_validator(mode="after")
    def _have_an_account(self) -> "Invoices":
        if self.transfers is not None and self.bank is None:
            wrong("transfers need an account; write bank: {name: ..., account: ...}", "transfers")
        return self

    @model_validator(mode="after")
    def _later_each(self) -> "Invoices":
        before = 0
        for at, one in enumerate(self.reminders):
            if one.after <= before:
                right = f"more than {before}d" if before else "1d or more"
                wrong(
                    f"{one.after}d is no later than what is before it; write {right}",
                    "reminders",
                    at,
                    "after",
                )
            before = one.after
        return self

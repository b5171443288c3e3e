"""What the programme file says of invoices: when they are due, where to pay them, how often to remind."""

from pydantic import model_validator

from parkops.programme.fields import Amount, Days, Part, Text, wrong


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


class Invoices(Part):
    """Days until an invoice is due, the account for transfers, and the levels of reminders."""

    terms: Days = 30
    bank: BankAccount | None = None
    reminders: tuple[Reminder, ...] = ()

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

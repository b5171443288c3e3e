"""What the programme file says of payment plans: who may pay what in instalments, on which terms."""

from typing import Literal

from pydantic import model_validator

from parkops.kernel.codes import code_key
from parkops.programme.fields import (
    Amount,
    AmountOrShare,
    Code,
    Codes,
    Count,
    Days,
    Flag,
    Part,
    Text,
    Whole,
    wrong,
)

Kind = Literal["citation", "permit", "session", "fee", "boot", "tow", "storage"]


class PlanScheme(Part):
    """A kind of payment plan.

    *Who*: `audience` (none: everybody), and with `documents` or `approval: staff` whoever the office
    has approved. *What*: `charges` of these kinds that together come to `least` at least and `most` at
    most, asked for `within` so many days of the charge or `after_decision` of an appeal; not of a vehicle
    that is held unless `while_held`. *How*: at most `instalments`, one `every` period, each of
    `each_least` at least and `each_most` at most, after a first part `down`; `setup_fee` in place of
    `fees.plan_setup`.

    While it runs in good standing late fees that stand stay (`keep`), or are left out (`waive`), and
    nothing is added. An instalment that is late for more than `grace` ends it: what was left out is owed
    again. It may go on again `reinstatements` times, within `reinstate_within` of its end, once what is
    late is paid; its dates may be put off `extensions` times by `extension`.

    One that `buys` permits of these types is chosen where such a permit is sold: its first part is paid at
    once and brings the permit, which is suspended while the plan has ended unpaid.
    """

    code: Code
    name: Text
    charges: tuple[Kind, ...] = ("citation",)
    buys: Codes = ()
    audience: Codes = ()
    documents: tuple[Text, ...] = ()
    approval: Literal["none", "staff"] = "none"
    least: Amount | None = None
    most: Amount | None = None
    within: Days | None = None
    after_decision: Days | None = None
    while_held: Flag = False
    every: Literal["week", "two-weeks", "month"] = "month"
    instalments: Count
    each_least: Amount | None = None
    each_most: Amount | None = None
    down: AmountOrShare | None = None
    setup_fee: Amount | None = None
    late_fees: Literal["keep", "waive"] = "keep"
    grace: Days = 10
    extensions: Whole = 0
    extension: Days = 30
    reinstatements: Whole = 0
    reinstate_within: Days = 30

    @model_validator(mode="after")
    def _can_be_paid(self) -> "PlanScheme":
        if self.least and self.most and self.most < self.least:
            told = f"{self.most.amount} is less than least; write {self.least.amount} or more"
            wrong(told, "most")
        if self.buys and self.charges != ("permit",):
            wrong("a plan that buys permits is for them alone; write [permit]", "charges")
        if self.buys and self.is_looked_at:
            told = "a permit is bought at once; leave out documents and approval, or buys"
            wrong(told, "buys")
        if self.each_least and self.each_most and self.each_most < self.each_least:
            told = f"{self.each_most.amount} is less than each_least; write more"
            wrong(told, "each_most")
        return self

    @property
    def is_looked_at(self) -> bool:
        """Whether the office decides about each plan before it begins."""
        return bool(self.documents) or self.approval == "staff"

    def sells(self, permit_type: str) -> bool:
        """Return whether a permit of this type (any case) may be bought by it."""
        return code_key(permit_type) in {code_key(code) for code in self.buys}

    def is_for(self, audiences: Codes) -> bool:
        """Return whether a customer of these audiences (codes, any case) may have it."""
        mine = {code_key(code) for code in self.audience}
        return not mine or not mine.isdisjoint(code_key(code) for code in audiences)

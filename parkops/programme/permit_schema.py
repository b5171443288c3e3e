"""What the programme file says of one permit type."""

import re
from collections.abc import Collection
from decimal import ROUND_FLOOR, Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator, model_validator

from parkops.kernel.codes import code_key
from parkops.kernel.dates import Duration, Moment
from parkops.kernel.windows import ALWAYS
from parkops.programme.fields import (
    Amount,
    AmountOrShare,
    Code,
    Codes,
    Count,
    Date,
    Days,
    Flag,
    LongSpan,
    MomentField,
    Part,
    PartShare,
    Share,
    SomeCodes,
    Span,
    Text,
    Whole,
    Windows,
    YearStart,
    at_most,
    shown,
    wrong,
)
from parkops.programme.price_schema import Price

MANY = 1000
"""How many plates a permit lists where the file sets no limit: more than anyone has."""


class Grant(Part):
    """A right to zones, and those within them, at times."""

    zones: SomeCodes
    when: Windows = (ALWAYS,)


class Fixed(Part):
    """A term from one date to another, the same for everybody; the last day is excluded."""

    kind: Literal["fixed"]
    starts_on: Date = Field(alias="from")
    ends_on: Date = Field(alias="to")

    @model_validator(mode="after")
    def _ends_later(self) -> "Fixed":
        if self.ends_on <= self.starts_on:
            wrong(
                f"{self.ends_on} is not after {self.starts_on}; write the first day after the term",
                "to",
            )
        return self


class Rolling(Part):
    """A term of calendar months from the day one chooses."""

    kind: Literal["rolling"]
    months: Annotated[Count, at_most(120)] = 1


class DayTerm(Part):
    """A term of local days; the day of the start is the first."""

    kind: Literal["days"]
    days: Annotated[Count, at_most(3660)] = 1


class HourTerm(Part):
    """A term of elapsed hours, as many as one chooses between `min` and `max` (no limit: None)."""

    kind: Literal["hours"]
    min: Annotated[Count, at_most(8784)] = 1
    max: Annotated[Count, at_most(8784)] | None = None

    @model_validator(mode="after")
    def _max_reaches_min(self) -> "HourTerm":
        if self.max is not None and self.max < self.min:
            wrong(f"{self.max} is less than min, {self.min}; write {self.min} or more", "max")
        return self


Term = Annotated[Fixed | Rolling | DayTerm | HourTerm, Field(discriminator="kind")]


class Cohort(Part):
    """Audiences for which the sale opens at a moment of their own."""

    audience: SomeCodes
    opens: MomentField = Field(alias="from")


class WaitingRoom(Part):
    """A line at the opening of a sale. Whoever comes in the `opens` before it is drawn when it opens,
    later ones follow as they come; `at_once` people have their turn together, each for `turn`."""

    opens: LongSpan = Duration(minutes=30)
    at_once: Annotated[Count, at_most(10_000)] = 50
    turn: LongSpan = Duration(minutes=10)


class Lottery(Part):
    """A sale by lot: entries from `opens` to `closes`, when all who entered are drawn."""

    opens: MomentField = Field(alias="from")
    closes: MomentField = Field(alias="to")

    @model_validator(mode="after")
    def _closes_later(self) -> "Lottery":
        if self.closes <= self.opens:
            wrong(f"{self.closes} is not after {self.opens}; write a later one", "to")
        return self


class OnSale(Part):
    """When it is sold: from `opens` to `closes` (excluded; None is no limit), cohorts apart.

    With a `lottery` the sale begins with its draw.
    """

    opens: MomentField | None = Field(None, alias="from")
    closes: MomentField | None = Field(None, alias="to")
    cohorts: tuple[Cohort, ...] = ()
    waiting_room: WaitingRoom | None = None
    lottery: Lottery | None = None

    @model_validator(mode="after")
    def _is_one_kind_of_sale(self) -> "OnSale":
        if self.lottery and (self.opens or self.cohorts or self.waiting_room):
            wrong(
                "a lottery opens the sale itself; leave out from, cohorts and waiting_room",
                "lottery",
            )
        if self.lottery and self.closes and self.closes <= self.lottery.closes:
            wrong(f"{self.closes} is not after the draw, {self.lottery.closes}", "to")
        return self

    @model_validator(mode="after")
    def _closes_later(self) -> "OnSale":
        if self.opens and self.closes and self.closes <= self.opens:
            wrong(f"{self.closes} is not after {self.opens}; write a later one", "to")
        return self


class Quota(Part):
    """How many are sold at once."""

    total: Whole
    oversell: Share = Decimal(0)

    @property
    def limit(self) -> int:
        """The most that are sold: 110 oversold by 10% is 121; a begun one more is not sold."""
        return int((self.total * (1 + self.oversell)).to_integral_value(ROUND_FLOOR))


class VehicleChanges(Part):
    """How often holders may change the plates themselves: `most` times in `per`."""

    most: Whole
    per: LongSpan = Duration(days=365)


class TemporaryVehicles(Part):
    """How often holders may name a vehicle for a while, how long each, and whether the vehicle
    that it stands in for has no right meanwhile."""

    most: Whole = 2
    per: LongSpan = Duration(days=365)
    longest: LongSpan = Duration(days=30)
    replaces: Flag = True


class Vehicles(Part):
    """How many plates a permit lists, and how many may be on site at once (None: no limit).

    `changes` limits what holders change themselves (None: no limit).
    """

    max: Whole = MANY
    on_site: Count | None = None
    changes: VehicleChanges | None = None
    temporary: TemporaryVehicles = TemporaryVehicles()


class Carpool(Part):
    """A permit that several people share, its holder counted: how many at least and at most, and for
    how long there may be too few before it ends."""

    least: Annotated[Count, at_most(20)] = 2
    most: Annotated[Count, at_most(20)] = 4
    mend: LongSpan = Duration(days=10)

    @model_validator(mode="after")
    def _most_reaches_least(self) -> "Carpool":
        if self.least < 2:
            wrong("1 is too few to share a permit; write 2 or more", "least")
        if self.most < self.least:
            wrong(
                f"{self.most} is less than least, {self.least}; write {self.least} or more", "most"
            )
        return self


class Waitlist(Part):
    """A line for a sold-out type; a place is offered for as long as `offer`.

    Audiences of `priority` go before all others, the first of them first. Who lets an offer go by
    leaves the line, or goes to its end (`lapse`). Types of one `group` are choices of each other:
    who takes one gives up the lower choices, and the higher ones too unless `higher` is keep. On
    the day `purge` of every year the line is closed, and who is in it is told `notice` before.
    Who wants several places has those that are free kept for `gather` while the rest frees up.
    """

    offer: LongSpan = Duration(days=2)
    lapse: Literal["leave", "end"] = "leave"
    priority: Codes = ()
    group: Code | None = None
    higher: Literal["keep", "end"] = "keep"
    purge: YearStart | None = None
    notice: LongSpan = Duration(days=14)
    gather: LongSpan = Duration(minutes=48 * 60)


class Renewal(Part):
    """From how long before its end a permit is renewed (None: at any time).

    With `automatic` holders may let it renew by itself, paid by a saved card when renewal opens;
    they are told the price `notice` before.
    """

    opens: Span | None = None
    automatic: Flag = False
    notice: LongSpan = Duration(days=7)


class Switch(Part):
    """For which other types holders may switch a permit themselves, and for what fee; the time left
    is counted in days, or in half months or months that have not begun (`basis`)."""

    to: Codes = ()
    basis: Literal["daily", "half-months", "full-months"] = "daily"
    fee: Amount | None = None


class Suspension(Part):
    """What time suspended by the office gives back: nothing, or its days' share of the price."""

    credit: Literal["none", "daily"] = "none"


class RefundStep(Part):
    """A share of the net refunded while no more than `within` days have gone since the start."""

    within: Days
    refund: PartShare


class Refund(Part):
    """What is given back of the net when a permit is cancelled, less a fee: an amount, or a share of
    what comes back."""

    basis: Literal["none", "daily", "half-months", "full-months", "table"] = "none"
    fee: AmountOrShare | None = None
    none_after: Date | None = None
    table: tuple[RefundStep, ...] = ()
    net_debt: Flag = False

    @model_validator(mode="after")
    def _table_belongs_to_its_basis(self) -> "Refund":
        if self.basis == "table" and not self.table:
            wrong("the table is missing; write table: [{within: 14d, refund: 100%}]", "basis")
        if self.basis != "table" and self.table:
            wrong(f"a table needs basis: table, and the basis is {self.basis}", "table")
        days = [step.within for step in self.table]
        if days != sorted(set(days)):
            wrong("the days do not rise; write every `within` longer than the one before", "table")
        return self

    def step_for(self, days: int) -> RefundStep | None:
        """Return the step that holds `days` days after the start, if one does."""
        return next((step for step in self.table if days <= step.within), None)


def _read_prefix(value: Any) -> str:
    if isinstance(value, bool) or not re.fullmatch(r"[\w-]{0,12}", str(value)):
        wrong(f"{shown(value)} is not a prefix; write at most 12 letters, digits, - or _")
    return str(value)


class Numbers(Part):
    """The numbers printed on hangtags: `first` to `last`, both included, after a prefix."""

    prefix: Annotated[str, PlainValidator(_read_prefix)] = ""
    first: Whole = Field(1, alias="from")
    last: Whole = Field(alias="to")

    @model_validator(mode="after")
    def _last_reaches_first(self) -> "Numbers":
        if self.last < self.first:
            wrong(f"{self.last} is less than from, {self.first}; write {self.first} or more", "to")
        return self

    @property
    def count(self) -> int:
        """How many numbers there are."""
        return self.last - self.first + 1


def _span(value: Any) -> Duration | None:
    try:
        return Duration.parse(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _read_uses(value: Any) -> int | Duration:
    whole = value if isinstance(value, int) and not isinstance(value, bool) else 0
    uses = value if isinstance(value, Duration) else whole or _span(value)
    if not uses or whole < 0:
        wrong(f"{shown(value)} are not uses; write a number such as 5, or a duration such as 72h")
    return uses


def _read_per(value: Any) -> Duration | None:
    if value is None or value == "term":
        return None
    per = value if isinstance(value, Duration) else _span(value)
    if not per:
        wrong(f"{shown(value)} is not a span; write term, or a duration such as 14d")
    return per


class Passes(Part):
    """An allotment of visitor passes or uses: a number or an amount of time, for the whole term
    (`per` is None) or for every `per` that rolls on.

    `at_once` is how many passes may run at the same time, `longest` how long one may be,
    `per_plate` how many one plate may have in the same stretch; left out, no limit.
    """

    uses: Annotated[int | Duration, PlainValidator(_read_uses)]
    per: Annotated[Duration | None, PlainValidator(_read_per)] = None
    at_once: Count | None = None
    longest: Annotated[Duration | None, PlainValidator(_read_per)] = None
    per_plate: Count | None = None


class Provisional(Part):
    """What somebody who has not all documents yet may send instead, and for how long the permit is
    good before it ends unless the proof has come."""

    documents: Annotated[tuple[Text, ...], Field(min_length=1)]
    lasts: LongSpan = Duration(days=14)


class PermitType(Part):
    """A kind of permit: whom it is for, what it grants, what it costs, how it ends.

    `ahead` is how long before its start it is sold at the earliest (left out, no limit). One that is
    `second_to` other types goes with the holder's first permit of them and ends with it at the
    latest; with its own code among them the first of its own needs no other.
    """

    code: Code
    name: Text
    audience: Codes = ()
    visibility: Literal["listed", "link", "staff"] = "listed"
    grants: Annotated[tuple[Grant, ...], Field(min_length=1)]
    lifts_max_stay: Flag = False
    term: Term
    ahead: LongSpan | None = None
    on_sale: OnSale = Field(default_factory=lambda: OnSale.model_validate({}))
    price: Price
    quota: Quota | None = None
    per_customer: Count | None = None
    per_address: Count | None = None
    vehicles: Vehicles
    approval: Literal["none", "staff", "documents"] = "none"
    documents: tuple[Text, ...] = ()
    provisional: Provisional | None = None
    blocked_by_debt: Flag = False
    second_to: Codes = ()
    waitlist: Waitlist | None = None
    renewal: Renewal | None = None
    switch: Switch | None = None
    transferable: Flag = False
    refund: Refund = Refund()
    suspension: Suspension = Suspension()
    carpool: Carpool | None = None
    credential: Literal["virtual", "hangtag"] = "virtual"
    numbers: Numbers | None = None
    deposit: Amount | None = None
    passes: Passes | None = None
    hold: LongSpan = Duration(minutes=15)

    @model_validator(mode="after")
    def _months_are_of_a_rolling_term(self) -> "PermitType":
        if self.price.months and not isinstance(self.term, Rolling):
            wrong(
                f"prices by month are for rolling terms, and this is {self.term.kind}; "
                "write prorate for a fixed term, or base for each day or hour",
                "price",
                "months",
            )
        return self

    @model_validator(mode="after")
    def _provisional_is_instead_of_documents(self) -> "PermitType":
        if self.provisional is not None and self.approval != "documents":
            wrong(
                f"something may be sent instead where documents are asked for, and approval is "
                f"{self.approval}; write approval: documents",
                "provisional",
            )
        return self

    @model_validator(mode="after")
    def _seconds_run_for_months(self) -> "PermitType":
        if self.second_to and not isinstance(self.term, Rolling | Fixed):
            wrong(
                f"what goes with another permit has a rolling or fixed term, and this is "
                f"{self.term.kind}; leave second_to out",
                "second_to",
            )
        return self

    @model_validator(mode="after")
    def _lots_are_for_places(self) -> "PermitType":
        if self.on_sale.lottery and not (self.quota and self.waitlist):
            wrong(
                "a lottery gives out the places of a quota by offers of the waitlist; "
                "write quota: {total: 100} and waitlist: {offer: 3d} too",
                "on_sale",
                "lottery",
            )
        return self

    @model_validator(mode="after")
    def _carpools_begin_anew(self) -> "PermitType":
        if self.carpool is not None and self.renewal is not None:
            wrong(
                "a carpool is not renewed, for its members join anew; leave renewal out", "renewal"
            )
        if self.carpool is not None and self.transferable:
            wrong("a carpool stays its holder's; leave transferable out", "transferable")
        return self

    @property
    def taken_documents(self) -> tuple[str, ...]:
        """All kinds of documents that it takes: those asked for, and those taken instead."""
        instead = self.provisional.documents if self.provisional else ()
        return (*self.documents, *(kind for kind in instead if kind not in self.documents))

    def is_for(self, audiences: Collection[str]) -> bool:
        """Return whether a customer of these audiences (codes, any case) may have it."""
        mine = {code_key(code) for code in self.audience}
        return not mine or not mine.isdisjoint(code_key(code) for code in audiences)

    def opens_for(self, audiences: Collection[str]) -> Moment | None:
        """Return from when it is on sale to a customer of these audiences; None is from ever.

        A cohort's moment replaces the general one for its audience; of several, the earliest.
        """
        if self.on_sale.lottery is not None:
            return self.on_sale.lottery.closes
        mine = {code_key(code) for code in audiences}
        if self.audience:
            mine &= {code_key(code) for code in self.audience}
        own = {
            code_key(code): cohort.opens
            for cohort in self.on_sale.cohorts
            for code in cohort.audience
        }
        moments = [own.get(code, self.on_sale.opens) for code in mine] or [self.on_sale.opens]
        return None if None in moments else min(m for m in moments if m is not None)

"""What the programme file says, as values: the form is `docs/guides/programme.md`'s subject."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import ZoneInfo

from pydantic import Field, PlainValidator, model_validator

from parkops.kernel import windows
from parkops.kernel.codes import code_key
from parkops.kernel.dates import Duration
from parkops.kernel.money import CURRENCIES, Money
from parkops.kernel.periods import Period
from parkops.kernel.windows import ALWAYS, Calendar, Events, Window
from parkops.programme.appeal_schema import Appeals
from parkops.programme.fields import (
    Amount,
    Code,
    Codes,
    Count,
    Currency,
    Date,
    Days,
    Flag,
    Language,
    LongSpan,
    Part,
    PartShare,
    SomeCodes,
    Span,
    Text,
    Whole,
    Windows,
    YearStart,
    ZoneName,
    wrong,
)
from parkops.programme.geometry import Box, Geometry, bounds, contains
from parkops.programme.invoice_schema import Invoices
from parkops.programme.permit_schema import Fixed, PermitType, Rolling
from parkops.programme.plan_schema import PlanScheme
from parkops.programme.shared_schema import Shared, SharedLimit, SharedQuota
from parkops.programme.violation_schema import Scofflaw, Violation

SCHEMA = 1
T = TypeVar("T")


def _read_schema(value: Any) -> int:
    if value != SCHEMA or isinstance(value, bool):
        wrong(f"this ParkOps reads schema {SCHEMA}; write schema: {SCHEMA}")
    return SCHEMA


class Head(Part):
    """What the programme is called, and the zone, money and languages it is in."""

    name: Text
    timezone: ZoneName
    currency: Currency
    locale: Language = "en-US"
    languages: Annotated[tuple[Language, ...], Field(min_length=1)] = ("en",)


class Tax(Part):
    """A tax: its share, whether prices include it, and what it is on."""

    name: Text = "Tax"
    rate: PartShare
    included: Flag = False
    applies_to: tuple[Literal["permits", "sessions"], ...] = ("permits", "sessions")


class Audience(Part):
    """A group of customers; one without a name is called by its code."""

    code: Code
    name: Text

    @model_validator(mode="before")
    @classmethod
    def _named_by_its_code(cls, data: Any) -> Any:
        return {"name": data["code"], **data} if isinstance(data, dict) and "code" in data else data


class DayRange(Part):
    """Local dates from one to another, both included; the file may write a single date."""

    first: Date = Field(alias="from")
    last: Date = Field(alias="to")

    @model_validator(mode="before")
    @classmethod
    def _one_date_is_a_range(cls, data: Any) -> Any:
        return data if isinstance(data, dict | cls) else {"from": data, "to": data}

    @model_validator(mode="after")
    def _last_reaches_first(self) -> "DayRange":
        if self.last < self.first:
            wrong(f"{self.last} is before {self.first}; write the last day of the range", "to")
        return self


class Capacity(Part):
    """How many spaces a zone has, by kind."""

    standard: Whole = 0
    accessible: Whole = 0
    ev: Whole = 0
    motorcycle: Whole = 0

    @property
    def total(self) -> int:
        """All spaces."""
        return self.standard + self.accessible + self.ev + self.motorcycle


class Zone(Part):
    """A place: where it is, when it is enforced (never: empty), how long one may stay.

    A vehicle seen more than `moved` meters from its last place has left and begins a stay anew; `max_stay`
    is of each stay, or of all stays of a local day together.
    Where areas overlap and are enforced at once, the lowest `priority` decides; without one, the last.
    """

    code: Code
    name: Text
    kind: Literal["lot", "garage", "street", "area"]
    within: Code | None = None
    capacity: Capacity | None = None
    enforced: Windows = ()
    max_stay: LongSpan | None = None
    no_return: Span | None = None
    grace: Span = Duration()
    geometry: Geometry | None = None
    moved: Count | None = None
    stays: Literal["each", "day"] = "each"
    priority: Count | None = None


class Rate(Part):
    """What a paid session costs in some zones at some times.

    With `begun_hours` the first begun hour inside `when` costs the first amount, the second the
    second, each further one the last; `per_hour` is then only what the sign says.
    """

    zones: SomeCodes
    when: Windows = (ALWAYS,)
    per_hour: Amount
    begun_hours: tuple[Amount, ...] = ()
    min: LongSpan | None = None
    max: LongSpan | None = None
    day_max: Amount | None = None

    @model_validator(mode="after")
    def _max_reaches_min(self) -> "Rate":
        if self.begun_hours and self.day_max is not None:
            wrong("begun_hours has no day_max; write one of the two", "day_max")
        if self.min and self.max and self.max.total_minutes < self.min.total_minutes:
            wrong(f"{self.max} is shorter than min, {self.min}; write {self.min} or more", "max")
        return self


class DemandTerms(Part):
    """How rates by the hour are proposed by demand: from `full` of the spaces taken on `step` up, below `empty`
    it down, below `very_empty` by `large_step`; within `least` and `most`, once in `every` so many days, told
    `notice` days before. Left out: as San Francisco publishes it, amounts in the program's currency."""

    full: PartShare = Decimal("0.8")
    empty: PartShare = Decimal("0.6")
    very_empty: PartShare = Decimal("0.3")
    step: Amount | None = None
    large_step: Amount | None = None
    least: Amount | None = None
    most: Amount | None = None
    every: Days = 28
    notice: Days = 7

    @model_validator(mode="after")
    def _in_order(self) -> "DemandTerms":
        if self.empty > self.full:
            wrong("the aim lies between empty and full; write at most what full is", "empty")
        if self.very_empty > self.empty:
            wrong("very_empty lies below empty; write at most what that is", "very_empty")
        if self.least and self.most and self.most < self.least:
            wrong(
                f"{self.most.amount} is less than least; write {self.least.amount} or more", "most"
            )
        for name in ("step", "large_step"):
            amount = getattr(self, name)
            if amount is not None and not amount.minor:
                wrong("a step of nothing changes no rate; write more, or leave it out", name)
        return self


class Sessions(Part):
    """Parking paid by the hour or day. With `refund_unused` an early stop gives back what the time
    that was not used cost."""

    rates: tuple[Rate, ...] = ()
    refund_unused: Flag = False
    by_demand: DemandTerms = DemandTerms()


class Fees(Part):
    """Fees outside fines; one left out is not charged."""

    boot: Amount | None = None
    tow: Amount | None = None
    storage_per_day: Amount | None = None
    nsf: Amount | None = None
    replacement: Amount | None = None
    transfer: Amount | None = None
    plan_setup: Amount | None = None


class Refunds(Part):
    """How money is given up: what a member of staff gives back beyond `second_person` goes once somebody
    else has accepted it (left out: at once); so is what is written off beyond `write_off`, and so is
    the void of a citation that comes to more than `void_above`."""

    second_person: Amount | None = None
    write_off: Amount | None = None
    void_above: Amount | None = None


class CounterRules(Part):
    """How cash is counted: a drawer that is over or short by more than `explain_above` needs a reason
    (left out: by anything); a second person signs a drawer off before its cash goes to the bank, but
    `without_sign_off`."""

    explain_above: Amount | None = None
    without_sign_off: Flag = False


class Eligibility(Part):
    """What follows when the institution says that somebody is in an audience no more: the permit
    ends after `grace`; a roster that takes an audience from more than `most_ending` of it asks."""

    grace: LongSpan = Duration(days=14)
    most_ending: PartShare = Decimal("0.2")


class PlateReads(Part):
    """What becomes of what cameras read: from `sure` on a read is checked by itself, below it a person
    looks; a read without a hit is erased after `keep`."""

    sure: PartShare = Decimal("0.9")
    keep: LongSpan = Duration(days=30)


class PlateChecks(Part):
    """How plates are looked at beyond the rules of zones: what counts at a position that no zone
    contains (nothing, or a running session of any zone), and whether anybody may ask on a public
    page if a vehicle may stand in a zone."""

    outside: Literal["nothing", "any_session"] = "nothing"
    public: Flag = False


class Retention(Part):
    """For how long personal data is kept that serves no more: `texts`, with the numbers they came
    from and went to, and who was in a draw (`draws`), whose receipts stay; where officers were
    (`positions`), who called for one (`callers`), with their pictures, and the plates of checks that
    found nothing (`plate_checks`, left out: for ever)."""

    texts: LongSpan = Duration(days=90)
    draws: LongSpan = Duration(days=400)
    positions: LongSpan = Duration(days=3)
    callers: LongSpan = Duration(days=400)
    plate_checks: LongSpan | None = None

    @model_validator(mode="after")
    def _lasts(self) -> "Retention":
        for name in ("texts", "draws", "positions", "callers", "plate_checks"):
            span = getattr(self, name)
            if span is not None and span.total_minutes < 24 * 60:
                wrong(f"{span} is shorter than a day; write 1d or more", name)
        return self


class Registry(Part):
    """Which register of vehicles is asked at a purchase, and which of its answers refuse it."""

    source: Literal["file"]
    refuse: tuple[Literal["decommissioned", "not_yours", "unknown"], ...] = (
        "decommissioned",
        "not_yours",
    )


class Programme(Part):
    """A whole programme. Codes are looked up without case."""

    schema_version: Annotated[int, PlainValidator(_read_schema)] = Field(alias="schema")
    head: Head = Field(alias="programme")
    year_start: YearStart = (1, 1)
    tax: Tax | None = None
    calendar_days: dict[Code, tuple[DayRange, ...]] = Field({}, alias="calendars")
    events: Codes = ()
    audiences: tuple[Audience, ...] = ()
    zones: Annotated[tuple[Zone, ...], Field(min_length=1)]
    permit_types: tuple[PermitType, ...] = ()
    shared: Shared = Shared()
    sessions: Sessions = Sessions()
    violations: tuple[Violation, ...] = ()
    scofflaw: Scofflaw | None = None
    fees: Fees = Fees()
    refunds: Refunds = Refunds()
    counter: CounterRules = CounterRules()
    invoices: Invoices = Invoices()
    eligibility: Eligibility = Eligibility()
    plate_reads: PlateReads = PlateReads()
    plate_checks: PlateChecks = PlateChecks()
    registry: Registry | None = None
    retention: Retention = Retention()
    appeals: Appeals = Appeals()
    plans: tuple[PlanScheme, ...] = ()

    @model_validator(mode="after")
    def _shared_quotas_count_alike(self) -> "Programme":
        for n, quota in enumerate(self.shared.quotas):
            kinds = [kind for code in quota.permit_types if (kind := self.permit_type(code))]
            for other in kinds[1:]:
                if _counted(other) != _counted(kinds[0]):
                    wrong(
                        f"{kinds[0].code} and {other.code} are not counted together, for their terms "
                        "differ; share a quota among terms of months, among days and hours, or "
                        "among fixed terms that begin on the same day",
                        "shared",
                        "quotas",
                        n,
                        "permit_types",
                    )
        return self

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Programme":
        """Return the programme that a stored, once checked document says.

        :raises pydantic.ValidationError: if it says none; `load.faults_of` has the words.
        """
        return cls.model_validate(document, context={"currency": currency_of(document)})

    @property
    def name(self) -> str:
        """What the programme is called."""
        return self.head.name

    @property
    def currency(self) -> str:
        """The ISO 4217 code of all its money."""
        return self.head.currency

    @cached_property
    def tz(self) -> ZoneInfo:
        """The zone whose clocks and calendars it goes by."""
        return ZoneInfo(self.head.timezone)

    @cached_property
    def calendars(self) -> dict[str, Calendar]:
        """The calendars by `code_key`, as windows and business days ask them."""
        return {
            code_key(code): Calendar(tuple((days.first, days.last) for days in ranges))
            for code, ranges in self.calendar_days.items()
        }

    @property
    def holidays(self) -> Calendar:
        """The calendar that business days skip; empty where there is none."""
        return self.calendars.get("holidays", Calendar())

    def money(self, minor: int) -> Money:
        """Return `minor` units of the programme's currency."""
        return Money(minor, self.currency)

    def fee(self, name: str) -> Money:
        """Return the fee of this name (`boot`, `tow`, `nsf`...); nothing where none is set."""
        return getattr(self.fees, name) or self.money(0)

    def zone(self, code: str) -> Zone | None:
        """Return the zone of this code, or None."""
        return self._zones.get(code_key(code))

    def permit_type(self, code: str) -> PermitType | None:
        """Return the permit type of this code, or None."""
        return self._permit_types.get(code_key(code))

    def quotas_of(self, code: str) -> tuple[SharedQuota, ...]:
        """Return the shared quotas that count a permit type."""
        return self._shared_quotas.get(code_key(code), ())

    def limits_of(self, code: str) -> tuple[SharedLimit, ...]:
        """Return the shared limits that count a permit type."""
        key = code_key(code)
        limits = self.shared.limits
        return tuple(
            one for one in limits if key in {code_key(other) for other in one.permit_types}
        )

    def violation(self, code: str) -> Violation | None:
        """Return the violation of this code, or None."""
        return self._violations.get(code_key(code))

    def audience(self, code: str) -> Audience | None:
        """Return the audience of this code, or None."""
        return self._audiences.get(code_key(code))

    def plan(self, code: str) -> PlanScheme | None:
        """Return the kind of payment plan of this code, or None."""
        return next((one for one in self.plans if code_key(one.code) == code_key(code)), None)

    def has_event(self, code: str) -> bool:
        """Return whether staff may declare this event."""
        return code_key(code) in {code_key(event) for event in self.events}

    def zones_covering(self, code: str) -> tuple[Zone, ...]:
        """Return the zone and all that it is within, from the inside out; empty if unknown."""
        return self._chains.get(code_key(code), ())

    def zones_at(self, lat: float, lon: float) -> tuple[Zone, ...]:
        """Return the zones whose area contains a position, in the file's order."""
        return tuple(
            zone
            for zone, (west, south, east, north) in self._areas
            if west <= lon <= east and south <= lat <= north
            if zone.geometry and contains(zone.geometry, lon, lat)
        )

    def descendants(self, code: str) -> tuple[Zone, ...]:
        """Return the zones within this one, at any depth, in the file's order; not itself."""
        key = code_key(code)
        return tuple(
            zone
            for zone in self.zones
            if key in [code_key(outer.code) for outer in self._chains[code_key(zone.code)][1:]]
        )

    def covers(self, codes: Iterable[str], zone: str) -> bool:
        """Return whether any of the zones `codes` is `zone` or has it within."""
        keys = {code_key(code) for code in codes}
        return any(code_key(outer.code) in keys for outer in self.zones_covering(zone))

    def rates_for(self, zone: str) -> tuple[Rate, ...]:
        """Return the session rates that cover a zone: of its own and of what it is within."""
        return self._rates.get(code_key(zone), ())

    def may_be_raised(self, violation: Violation, zone: str) -> bool:
        """Return whether `violation` may be raised in a zone: one of its zones or within them."""
        if not violation.zones:
            return self.zone(zone) is not None
        return self.covers(violation.zones, zone)

    def violations_in(self, zone: str) -> tuple[Violation, ...]:
        """Return the violations that may be raised in a zone, in the file's order."""
        return self._raised_in.get(code_key(zone), ())

    def holds(self, when: Sequence[Window], at: datetime, *, events: Events | None = None) -> bool:
        """Return whether any of the windows holds at `at`; see `kernel.windows.holds`."""
        return windows.holds(when, at, zone=self.tz, calendars=self.calendars, events=events)

    def periods(
        self, when: Sequence[Window], between: Period, *, events: Events | None = None
    ) -> list[Period]:
        """Return when the windows hold inside `between`; see `kernel.windows.periods`."""
        return windows.periods(when, between, zone=self.tz, calendars=self.calendars, events=events)

    def next_change(
        self,
        when: Sequence[Window],
        at: datetime,
        *,
        events: Events | None = None,
        within: timedelta = timedelta(days=400),
    ) -> datetime | None:
        """Return the next instant at which the windows begin or cease to hold, if one is near."""
        return windows.next_change(
            when, at, zone=self.tz, calendars=self.calendars, events=events, within=within
        )

    @cached_property
    def _zones(self) -> dict[str, Zone]:
        return {code_key(zone.code): zone for zone in self.zones}

    @cached_property
    def _permit_types(self) -> dict[str, PermitType]:
        return {code_key(kind.code): kind for kind in self.permit_types}

    @cached_property
    def _shared_quotas(self) -> dict[str, tuple[SharedQuota, ...]]:
        found: dict[str, tuple[SharedQuota, ...]] = {}
        for quota in self.shared.quotas:
            for key in {code_key(code) for code in quota.permit_types}:
                found[key] = (*found.get(key, ()), quota)
        return found

    @cached_property
    def _violations(self) -> dict[str, Violation]:
        return {code_key(violation.code): violation for violation in self.violations}

    @cached_property
    def _audiences(self) -> dict[str, Audience]:
        return {code_key(audience.code): audience for audience in self.audiences}

    @cached_property
    def _rates(self) -> dict[str, tuple[Rate, ...]]:
        return self._by_zone((rate, rate.zones) for rate in self.sessions.rates)

    @cached_property
    def _raised_in(self) -> dict[str, tuple[Violation, ...]]:
        everywhere = [zone.code for zone in self.zones]
        return self._by_zone((one, one.zones or everywhere) for one in self.violations)

    def _by_zone(self, known: Iterable[tuple[T, Iterable[str]]]) -> dict[str, tuple[T, ...]]:
        """Return, by zone, the things of which one of the zones is it or has it within."""
        keyed = [(one, {code_key(code) for code in codes}) for one, codes in known]
        return {
            key: tuple(one for one, keys in keyed if not keys.isdisjoint(outer))
            for key, outer in (
                (key, [code_key(zone.code) for zone in chain])
                for key, chain in self._chains.items()
            )
        }

    @cached_property
    def _areas(self) -> tuple[tuple[Zone, Box], ...]:
        return tuple((z, box) for z in self.zones if z.geometry and (box := bounds(z.geometry)))

    @cached_property
    def _chains(self) -> dict[str, tuple[Zone, ...]]:
        chains = {}
        for zone in self.zones:
            chain = [zone]
            while chain[-1].within is not None:
                outer = self._zones[code_key(chain[-1].within)]
                if outer in chain:
                    raise ValueError(f"zone {zone.code} is within itself")
                chain.append(outer)
            chains[code_key(zone.code)] = tuple(chain)
        return chains


def _counted(kind: PermitType) -> str:
    """What the places of a type are counted by: the start of a fixed term, all at once, or days."""
    if isinstance(kind.term, Fixed):
        return kind.term.starts_on.isoformat()
    return "all" if isinstance(kind.term, Rolling) else "days"


def currency_of(document: Mapping[str, Any]) -> str | None:
    """Return the currency that a document names, if it is one in use."""
    head = document.get("programme")
    currency = head.get("currency") if isinstance(head, Mapping) else None
    return currency if isinstance(currency, str) and currency in CURRENCIES else None

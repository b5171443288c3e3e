"""Boot cases: how each stands, what must be paid before its vehicle goes, and the boots there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse

from enforcement.models import BootCase, BootDevice, BootPhoto
from enforcement.queries import boots
from enforcement.queries import citations as citing
from enforcement.queries.citations import Standing
from enforcement.rules import holding
from enforcement.rules.holding import Facts, State
from parkops.kernel.decisions import Decision, NotFound
from parkops.kernel.money import Money
from parkops.kernel.plates import regions_match
from parkops.programme import queries as programme
from parkops.programme.schema import Programme
from parkops.tenancy import signing
from payments import links, place
from payments import queries as charges
from payments.queries import ChargeRow

KIND = "boot_case"
"""What a case is called in the record of acts."""
BOOT, TOW, STORAGE = "boot", "tow", "storage"
CHARGES = (BOOT, TOW, STORAGE)
"""The kinds of charges that a case may raise, one of each at most."""


PAGE = "boot-page"
"""The purpose of the signature that opens a case's page to whoever holds it."""


@dataclass(frozen=True)
class CaseNow:
    """A case as it stands at `at`: `fees` it has raised, `debts` of the vehicle besides."""

    case: BootCase
    fees: tuple[ChargeRow, ...]
    debts: tuple[Standing, ...]
    at: datetime

    @property
    def state(self) -> State:
        """How far it has come."""
        return state_of(self.case)

    @cached_property
    def owed(self) -> Money:
        """What must be paid before the vehicle goes."""
        amounts = [fee.balance for fee in self.fees] + [debt.owed for debt in self.debts]
        return sum(amounts, place.money(0))

    @property
    def days(self) -> int:
        """How many days it is stored by now; zero where it was not towed."""
        towed_at = self.case.towed_at
        if towed_at is None:
            return 0
        return holding.storage_days(place.local_date(towed_at), stored_until(self.case, self.at))


def state_of(case: BootCase) -> State:
    """Return how far a case has come."""
    return holding.state_of(
        Facts(case.applied_at, case.towed_at, case.released_at, case.ended_at, case.cancelled_at)
    )


def stored_until(case: BootCase, at: datetime) -> date:
    """Return the last local day of storage that counts by `at`."""
    until = min(at, case.released_at) if case.released_at is not None else at
    return place.local_date(until)


def rules_of(case: BootCase) -> Programme:
    """Return the program under which the case was ordered: its fees follow it for ever."""
    return programme.version(case.programme_version).programme


def case(number: str) -> BootCase:
    """Return the case with this number.

    :raises NotFound: if this tenant has none.
    """
    found = BootCase.objects.filter(number=citing.number_of(number)).first()
    if found is None:
        raise NotFound("There is no such boot case.")
    return found


def path_of(case: BootCase) -> str:
    """Return the path of the page on which the owner pays and is told how the vehicle goes."""
    return reverse("portal_boots:case", args=[signing.sign_name(case.number, purpose=PAGE)])


def case_of_path(token: str) -> BootCase:
    """Return the case whose page a signed text opens.

    :raises NotFound: if it was not made here.
    """
    try:
        return case(signing.name_of(token, purpose=PAGE))
    except signing.BadSignature as error:
        raise NotFound("There is no such page.") from error


def open_case_of(plate_key: str, region: str = "") -> BootCase | None:
    """Return the open case of a vehicle; one without a region fits any."""
    rows = BootCase.objects.open().filter(plate_key=plate_key).order_by("-pk")
    fits = [one for one in rows if regions_match(one.region, region)]
    return fits[0] if fits else None


def now(case: BootCase, *, at: datetime) -> CaseNow:
    """Return the case as it stands at `at`."""
    return rows([case], at=at)[0]


def rows(cases: Sequence[BootCase], *, at: datetime) -> list[CaseNow]:
    """Return cases as they stand at `at`; the debts only of those that are open."""
    raised = [charges.charges_of(kind, [one.number for one in cases], at=at) for kind in CHARGES]
    still = [one for one in cases if one.ended_at is None and one.cancelled_at is None]
    debts = boots.must_be_paid([(one.plate_key, one.region) for one in still], at=at)
    found = []
    for one in cases:
        fees = [known[one.number] for known in raised if one.number in known]
        owing = debts.get((one.plate_key, one.region), []) if one in still else []
        found.append(CaseNow(one, tuple(fees), tuple(owing), at))
    return found


def may_tow(case: BootCase | None, plate_key: str, region: str, *, at: datetime) -> Decision:
    """Return whether a vehicle may be towed at `at`, and if not, why."""
    version = programme.in_force(at).programme
    return holding.may_tow(
        booted_at=case.applied_at if case is not None else None,
        after=version.scofflaw.tow_after_boot if version.scofflaw else None,
        towable_at=boots.towable_at(plate_key, region, at=at),
        at=at,
        zone=version.tz,
    )


def cases(state: str = "", *, plate_key: str = "") -> QuerySet[BootCase]:
    """Return the cases in `state` (empty: all), newest first."""
    found = BootCase.objects.all()
    still = found.open()
    by_state = {
        State.ORDERED: lambda: still.filter(applied_at=None, towed_at=None),
        State.BOOTED: lambda: still.filter(
            applied_at__isnull=False, towed_at=None, released_at=None
        ),
        State.TOWED: lambda: still.filter(towed_at__isnull=False, released_at=None),
        State.RELEASED: lambda: still.filter(released_at__isnull=False),
        State.ENDED: lambda: found.filter(ended_at__isnull=False),
        State.CANCELLED: lambda: found.filter(cancelled_at__isnull=False),
    }
    if state:
        found = by_state[State(state)]()
    if plate_key:
        found = found.filter(plate_key=plate_key)
    return found.select_related("device").order_by("-ordered_at", "-pk")


def counts() -> dict[str, int]:
    """Return how many cases are in each state that somebody must act on."""
    acted = (State.ORDERED, State.BOOTED, State.TOWED, State.RELEASED)
    return {state.value: cases(state).count() for state in acted}


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A boot with the case that it is on, None while it is free."""

    device: BootDevice
    case: BootCase | None


def devices() -> list[DeviceRow]:
    """Return the boots that we own, by number, each with the case that it is on."""
    on = BootCase.objects.open().filter(device__isnull=False, towed_at=None)
    by_device = {one.device_id: one for one in on.order_by("pk")}
    known = BootDevice.objects.filter(withdrawn_at=None).order_by("number")
    return [DeviceRow(device, by_device.get(device.pk)) for device in known]


def free_devices() -> list[BootDevice]:
    """Return the boots that are on no wheel."""
    return [row.device for row in devices() if row.case is None]


def photos_of(case: BootCase) -> list[BootPhoto]:
    """Return the pictures of a case, the first first."""
    return list(case.photos.order_by("pk"))


def found_by(number: str, plate: str) -> BootCase | None:
    """Return the case with this number, if the plate is its vehicle's; else None."""
    known = BootCase.objects.filter(number=citing.number_of(number)).first()
    key = citing.key_in(plate)
    return known if known is not None and key and known.plate_key == key else None


def photo(reference: UUID, *, case: BootCase) -> BootPhoto:
    """Return a picture of the case.

    :raises NotFound: if it has none such.
    """
    found = case.photos.filter(reference=reference).first()
    if found is None:
        raise NotFound("There is no such photo.")
    return found


def pay_path(shown: CaseNow, *, return_path: str) -> str:
    """Return the path of the page on which all that must be paid can be paid; empty if nothing is."""
    known = charges.charges_of(citing.KIND, [debt.citation.number for debt in shown.debts])
    owed = [fee.id for fee in shown.fees if fee.balance.minor]
    owed += [row.id for row in known.values()]
    return links.pay_path(owed, return_path=return_path) if owed else ""

"""How drives collect goods that pay charges."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import F, Sum

from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.codes import is_code
from parkops.kernel.decisions import Refused
from parkops.kernel.money import Money
from payments import place
from payments.models import Allocation, Charge, GoodsDrive, Payment
from payments.rules import tenders as rules


@transaction.atomic
def make_drive(
    *,
    code: str,
    name: str,
    piece: str,
    worth: Money,
    most: Money | None,
    kinds: Sequence[str],
    first_on: date,
    last_on: date,
    by: Actor,
    at: datetime,
) -> GoodsDrive:
    """Let goods be taken for charges of these kinds, from one day to another.

    :raises Refused: for what cannot be, at the field that is wrong.
    """
    code = code.strip().upper()
    if not is_code(code):
        raise Refused("code", "Write 1 to 24 letters, digits, - or _.", field="code")
    if worth.minor <= 0:
        raise Refused("worth", "A piece is worth something.", field="worth")
    if most is not None and most.minor <= 0:
        raise Refused("most", "The amount must be above zero.", field="most")
    if last_on < first_on:
        raise Refused("last_on", "The last day is before the first.", field="last_on")
    if not kinds or not set(kinds) <= set(Charge.Kind.values):
        raise Refused("kinds", "Tick what goods may pay.", field="kinds")
    try:
        with transaction.atomic():
            drive = GoodsDrive.objects.create(
                code=code,
                name=name.strip(),
                piece=piece.strip(),
                worth_minor=worth.minor,
                most_minor=most.minor if most else None,
                kinds=sorted(set(kinds)),
                first_on=first_on,
                last_on=last_on,
                made_at=at,
                made_by=by.name,
            )
    except IntegrityError as error:
        raise Refused("code_taken", f"There is a drive {code} already.", field="code") from error
    audit.record("drive.made", subject=("drive", code), actor=by, at=at, worth=worth.amount)
    return drive


def bring(
    code: str, pieces: int, charges: Sequence[Charge], *, at: datetime
) -> tuple[GoodsDrive, list[int]]:
    """Return the drive of this code and how much each of these locked charges is paid by so many pieces.

    :raises Refused: for an unknown drive, or with the rule's reason.
    """
    drive = GoodsDrive.objects.filter(code__iexact=code.strip()).first()
    if drive is None:
        raise Refused("drive_unknown", f"There is no drive {code.strip()}.", field="reference")
    facts = facts_of(drive)
    rules.may_bring(facts, on=place.local_date(at)).require()
    before = _brought(drive, charges)
    rooms = [
        rules.goods_room(
            facts, kind=one.kind, balance=one.balance_minor, brought=before.get(one.pk, 0)
        )
        for one in charges
    ]
    rules.may_bring_so_much(facts, pieces=pieces, room=place.money(sum(rooms))).require()
    left, shares = drive.worth_minor * pieces, []
    for room in rooms:
        shares.append(min(room, left))
        left -= shares[-1]
    return drive, shares


def facts_of(drive: GoodsDrive) -> rules.Drive:
    """Return a drive as the rules see it."""
    return rules.Drive(
        name=drive.name,
        piece=drive.piece,
        worth=place.money(drive.worth_minor),
        most=None if drive.most_minor is None else place.money(drive.most_minor),
        kinds=tuple(drive.kinds),
        first_on=drive.first_on,
        last_on=drive.last_on,
    )


def _brought(drive: GoodsDrive, charges: Sequence[Charge]) -> dict[int, int]:
    rows = Allocation.objects.filter(
        charge__in=charges, payment__drive=drive, payment__state=Payment.State.SUCCEEDED
    )
    summed = rows.values("charge_id").annotate(total=Sum(F("amount_minor") - F("released_minor")))
    return {row["charge_id"]: row["total"] for row in summed.order_by("charge_id")}

"""How coupons are made, switched off and on, and how a permit takes a use of one."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.codes import code_key
from parkops.kernel.decisions import ALLOWED, Decision, NotFound, Refused
from parkops.kernel.money import Money
from parkops.programme import queries as programme
from permits.models import Coupon, Permit
from permits.queries import coupons as queries
from permits.rules import coupons as rules

MOST_USES = 1_000_000


@transaction.atomic
def make_coupon(
    *,
    code: str,
    name: str,
    percent: Decimal | None = None,
    amount: Money | None = None,
    types: Sequence[str] = (),
    audiences: Sequence[str] = (),
    first_on: date,
    last_on: date | None = None,
    uses: int | None = None,
    per_customer: int | None = None,
    by: Actor,
    at: datetime,
) -> Coupon:
    """Let a code take something off the price of permits; what it takes off stays as it is for ever.

    :raises Refused: for what cannot be, at the field that is wrong.
    """
    code = code.strip().upper()
    if not rules.is_coupon_code(code):
        told = "Write 4 to 24 letters and digits, with dashes if you like."
        raise Refused("code", told, field="code")
    if not name.strip():
        raise Refused("name", "Say what it is for.", field="name")
    _require_one(percent, amount)
    if last_on is not None and last_on < first_on:
        raise Refused("last_on", "The last day is before the first.", field="last_on")
    for field, limit in (("uses", uses), ("per_customer", per_customer)):
        if limit is not None and not 1 <= limit <= MOST_USES:
            raise Refused(field, f"Write a number from 1 to {MOST_USES:,}.", field=field)
    in_force = programme.in_force(at).programme
    kinds = [kind.code for kind in in_force.permit_types]
    known = {
        "types": (types, kinds),
        "audiences": (audiences, [a.code for a in in_force.audiences]),
    }
    for field, (asked, there) in known.items():
        unknown = {code_key(one) for one in asked} - {code_key(one) for one in there}
        if unknown:
            told = f"The program has none called {', '.join(sorted(unknown))}."
            raise Refused(field, told, field=field)
    try:
        with transaction.atomic():
            coupon = Coupon.objects.create(
                code=code,
                key=rules.coupon_key(code),
                name=name.strip(),
                basis_points=int(percent * 100) if percent is not None else None,
                amount_minor=amount.minor if amount is not None else None,
                types=list(types),
                audiences=list(audiences),
                first_on=first_on,
                last_on=last_on,
                uses=uses,
                per_customer=per_customer,
                made_at=at,
                made_by=by.name,
            )
    except IntegrityError as error:
        told = f"There is a coupon that reads like {code} already."
        raise Refused("code_taken", told, field="code") from error
    off = f"{percent:f}%" if percent is not None else str(amount)
    _record("made", coupon, by=by, at=at, code=code, off=off)
    return coupon


@transaction.atomic
def switch_coupon(reference: str, *, off: bool, by: Actor, at: datetime) -> Coupon:
    """Let a coupon take nothing off any more, or again; twice is once. Permits that bear it keep it.

    :raises NotFound: if there is no such coupon.
    """
    coupon = Coupon.objects.select_for_update(no_key=True).filter(reference=reference).first()
    if coupon is None:
        raise NotFound("There is no such coupon.")
    if off != (coupon.switched_off_at is not None):
        coupon.switched_off_at = at if off else None
        coupon.save(update_fields=["switched_off_at"])
        _record("switched_off" if off else "switched_on", coupon, by=by, at=at)
    return coupon


def take_use(permit: Permit) -> Decision:
    """Decide whether a permit about to be sold, or paid after its hold ran out, may use its coupon.

    The coupon stays locked until the transaction ends, so that one of two gets the last use: call this
    as late as can be, before the counters of quotas. What is not limited is not locked.
    """
    if permit.coupon_id is None:
        return ALLOWED
    coupon = Coupon.objects.get(pk=permit.coupon_id)
    if coupon.uses is None and coupon.per_customer is None:
        return ALLOWED
    coupon = Coupon.objects.select_for_update(no_key=True).get(pk=coupon.pk)
    return rules.has_use_left(queries.terms_of(coupon, permit.customer_id, but=permit))


def _require_one(percent: Decimal | None, amount: Money | None) -> None:
    """Do nothing if one of both is told, and can be taken off.

    :raises Refused: otherwise.
    """
    if (percent is None) == (amount is None):
        told = "Give a percentage or an amount: one of both."
        raise Refused("percent", told, field="percent")
    if percent is not None and not _is_percentage(percent):
        told = "Write a percentage above 0 and up to 100, with at most two decimals."
        raise Refused("percent", told, field="percent")
    if amount is not None and amount.minor <= 0:
        raise Refused("amount", "The amount must be above zero.", field="amount")


def _is_percentage(percent: Decimal) -> bool:
    return percent.is_finite() and 0 < percent <= 100 and not percent * 100 % 1


def _record(event: str, coupon: Coupon, *, by: Actor, at: datetime, **told: str) -> None:
    subject = ("coupon", str(coupon.reference))
    audit.record(f"coupon.{event}", subject=subject, actor=by, at=at, **told)

"""Coupons: which one a code means, who used them, what they gave."""

from collections.abc import Collection
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db.models import BooleanField, Case, Count, F, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce

from parkops.customers.models import Customer
from parkops.kernel.dates import local_date
from parkops.kernel.decisions import NotFound
from parkops.programme.schema import Programme
from permits.models import Coupon, Permit
from permits.rules import coupons as rules
from permits.rules.coupons import TakesOff, Terms


def used_q(prefix: str = "") -> Q:
    """Return the condition of permits that use up their coupon: paid, or held still. What ended before
    it was approved gave it back, for all of its price went back."""

    def q(**conditions: object) -> Q:
        return Q(**{f"{prefix}{name}": value for name, value in conditions.items()})

    stands = q(cancelled_at__isnull=True, revoked_at__isnull=True)
    held = stands & q(paid_at__isnull=True, lapsed_at__isnull=True, ended_at__isnull=True)
    bought = q(paid_at__isnull=False) & (
        stands | q(needs_approval=False) | q(approved_at__isnull=False)
    )
    return held | bought


def usable(
    code: str,
    *,
    type_code: str,
    customer: Customer | None,
    programme: Programme,
    at: datetime,
) -> Coupon:
    """Return the coupon of a code that somebody typed, if this customer may use it for such a permit.

    :raises Refused: for an unknown code, or with the rule's reason.
    """
    key = rules.coupon_key(code)
    coupon = Coupon.objects.filter(key=key).first() if key else None
    if coupon is None:
        rules.UNKNOWN.require()
        raise AssertionError("an unknown coupon is refused")
    audiences: Collection[str] = customer.audiences if customer else ()
    rules.may_use(
        terms_of(coupon, customer.pk if customer else None),
        type_code=type_code,
        audiences=audiences,
        on=local_date(at, programme.tz),
    ).require()
    return coupon


def terms_of(coupon: Coupon, customer_id: int | None, *, but: Permit | None = None) -> Terms:
    """Return what a coupon's use rests on; the permit `but` is not counted."""
    used = used_by_customer = 0
    if coupon.uses is not None or coupon.per_customer is not None:
        rows = Permit.objects.filter(used_q(), coupon=coupon).exclude(pk=but.pk if but else 0)
        mine = Count("pk", filter=Q(customer_id=customer_id or 0))
        counted = rows.aggregate(used=Count("pk"), mine=mine)
        used, used_by_customer = counted["used"], counted["mine"]
    return Terms(
        first_on=coupon.first_on,
        last_on=coupon.last_on,
        is_off=coupon.switched_off_at is not None,
        types=coupon.types,
        audiences=coupon.audiences,
        uses=coupon.uses,
        used=used,
        per_customer=coupon.per_customer,
        used_by_customer=used_by_customer,
    )


def takes_off(coupon: Coupon | None, programme: Programme) -> TakesOff | None:
    """Return what a coupon takes off, as the price rules take it."""
    if coupon is None:
        return None
    if coupon.percent is not None:
        return TakesOff(coupon.code, share=coupon.percent / 100)
    return TakesOff(coupon.code, amount=programme.money(coupon.amount_minor or 0))


def coupons(text: str = "") -> QuerySet[Coupon]:
    """Return coupons, or those whose code or name has `text`, newest first, with `used` and `given`."""
    rows = Coupon.objects.order_by("-pk")
    if text.strip():
        rows = rows.filter(Q(key=rules.coupon_key(text)) | Q(name__icontains=text.strip()))
    uses = used_q("permits__")
    return rows.annotate(
        used=Count("permits", filter=uses),
        given=Coalesce(Sum("permits__coupon_minor", filter=uses), Value(0)),
    )


def coupon(reference: str) -> Coupon:
    """Return the coupon of this reference, with `used` and `given`.

    :raises NotFound: if this tenant has none.
    """
    try:
        found = coupons().filter(reference=reference).first()
    except ValidationError:
        found = None
    if found is None:
        raise NotFound("There is no such coupon.")
    return found


def given_by(found: Coupon) -> int:
    """Return what a coupon took off in all, in minor units."""
    uses = found.permits.filter(used_q())
    return uses.aggregate(given=Sum("coupon_minor"))["given"] or 0


def uses_of(found: Coupon) -> QuerySet[Permit]:
    """Return the permits that bear a coupon, newest first, with whether each `counts` as a use."""
    rows = found.permits.select_related("customer").order_by("-pk")
    counts = Case(When(used_q(), then=True), default=False, output_field=BooleanField())
    return rows.annotate(counts=counts, total=F("net_minor") + F("tax_minor"))

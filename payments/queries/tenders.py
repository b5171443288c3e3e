"""Gift certificates and drives: what is left, what was used, what was brought."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet, Sum

from parkops.kernel.decisions import NotFound
from parkops.kernel.money import Money
from payments import place
from payments.models import GiftCertificate, GoodsDrive, Payment
from payments.rules import tenders as rules


@dataclass(frozen=True, slots=True)
class Brought:
    """What a drive has taken: pieces, their worth, and in how many takings."""

    pieces: int
    worth: Money
    takings: int


def gifts(text: str = "") -> QuerySet[GiftCertificate]:
    """Return gift certificates, or the one whose number or code is `text`, newest first."""
    rows = GiftCertificate.objects.order_by("-pk")
    if not text.strip():
        return rows
    code = rules.code_of(text)
    return rows.filter(code=code) if code else rows.filter(number__iexact=text.strip())


def gift(number: str) -> GiftCertificate:
    """Return the gift certificate with this number.

    :raises NotFound: if this tenant has none.
    """
    found = GiftCertificate.objects.filter(number=number).first()
    if found is None:
        raise NotFound("There is no such gift certificate.")
    return found


def uses_of(found: GiftCertificate) -> list[Payment]:
    """Return the payments that a certificate made, newest first."""
    return list(found.payments.order_by("-pk"))


def drives() -> QuerySet[GoodsDrive]:
    """Return drives, the newest first."""
    return GoodsDrive.objects.order_by("-first_on", "-pk")


def drive(code: str) -> GoodsDrive:
    """Return the drive of this code.

    :raises NotFound: if this tenant has none.
    """
    found = GoodsDrive.objects.filter(code__iexact=code).first()
    if found is None:
        raise NotFound("There is no such drive.")
    return found


def open_drives(*, at: datetime) -> list[GoodsDrive]:
    """Return the drives that take goods today."""
    on = place.local_date(at)
    return list(drives().filter(first_on__lte=on, last_on__gte=on))


def brought_to(codes: list[str]) -> dict[str, Brought]:
    """Return what each of these drives has taken, by code, in one query."""
    rows = (
        Payment.objects.filter(drive__code__in=codes, state=Payment.State.SUCCEEDED)
        .values("drive__code")
        .annotate(pieces=Sum("pieces"), worth=Sum("amount_minor"), takings=Count("pk"))
        .order_by("drive__code")
    )
    found = {
        row["drive__code"]: Brought(row["pieces"], place.money(row["worth"]), row["takings"])
        for row in rows
    }
    nothing = Brought(0, place.money(0), 0)
    return {code: found.get(code, nothing) for code in codes}


def brought(found: GoodsDrive) -> QuerySet[Payment]:
    """Return the payments that a drive's goods made, newest first."""
    return found.payments.select_related("customer").order_by("-pk")

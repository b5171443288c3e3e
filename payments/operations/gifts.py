"""How gift certificates are sold, given away, blocked, and used."""

import secrets
from datetime import date, datetime

from django.db import transaction

from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import ALLOWED, Decision, NotFound, Refused
from parkops.kernel.money import Money
from payments import place
from payments import rules as texts
from payments.accounts import GIFT_CERTIFICATES, GOODWILL
from payments.models import Charge, GiftCertificate
from payments.operations import charges as charging
from payments.operations import ledger
from payments.operations.ledger import Leg
from payments.rules import tenders as rules
from payments.settlement import Raiser, Subject

KIND = Charge.Kind.GIFT.value


@transaction.atomic
def sell_gift(
    *,
    amount: Money,
    customer_id: int | None = None,
    expires_on: date | None = None,
    text: str = "",
    by: Actor,
    at: datetime,
) -> GiftCertificate:
    """Make a certificate that counts once its charge is paid.

    :raises Refused: for an amount that is not above zero, or words that must not be kept.
    """
    gift = _make(amount, expires_on, text, is_live=False, by=by, at=at)
    charging.raise_charge(
        kind=KIND,
        reference=gift.number,
        text=f"Gift certificate {gift.number}",
        net=amount,
        tax=place.money(0),
        customer_id=customer_id,
        plate_key="",
        due_on=place.local_date(at),
        revenue=GIFT_CERTIFICATES,
        by=by,
        at=at,
    )
    return gift


@transaction.atomic
def give_gift(
    *, amount: Money, reason: str, expires_on: date | None = None, by: Actor, at: datetime
) -> GiftCertificate:
    """Make a certificate that nobody pays for, in goodwill, saying why.

    :raises Refused: for an amount that is not above zero, or without a reason.
    """
    if not reason.strip():
        raise Refused("reason", "Say why it is given.", field="text")
    gift = _make(amount, expires_on, reason, is_live=True, by=by, at=at)
    ledger.post(
        f"gift:{gift.number}",
        [Leg(GOODWILL, amount.minor), Leg(GIFT_CERTIFICATES, -amount.minor)],
        text=f"Gift certificate {gift.number} given: {reason.strip()}",
        by=by,
        at=at,
    )
    return gift


@transaction.atomic
def block_gift(number: str, *, reason: str, by: Actor, at: datetime) -> GiftCertificate:
    """Let a certificate pay nothing more, as when its code is known to others; twice is once.

    :raises NotFound: if there is no such certificate.
    :raises Refused: without a reason.
    """
    if not reason.strip():
        raise Refused("reason", "Say why it is blocked.", field="reason")
    gift = GiftCertificate.objects.select_for_update().filter(number=number).first()
    if gift is None:
        raise NotFound("There is no such gift certificate.")
    if gift.blocked_at is None:
        gift.blocked_at = at
        gift.save(update_fields=["blocked_at"])
        _record("blocked", gift, by=by, at=at, reason=reason.strip())
    return gift


def use(code: str, *, wanted: Money | None, most: int, at: datetime) -> tuple[GiftCertificate, int]:
    """Take `wanted` (None: what it can) of a certificate, at most `most` minor units, and lock it.

    :raises Refused: for an unknown code, or with the rule's reason.
    """
    rows = GiftCertificate.objects.select_for_update()
    gift = rows.filter(code=rules.code_of(code)).first()
    if gift is None:
        raise Refused("gift_unknown", "There is no such gift certificate.", field="reference")
    rules.may_use_gift(
        rules.Gift(
            place.money(gift.left_minor), gift.is_live, gift.blocked_at is not None, gift.expires_on
        ),
        wanted=wanted,
        on=place.local_date(at),
    ).require()
    minor = min(gift.left_minor, most) if wanted is None else wanted.minor
    gift.left_minor -= minor
    gift.save(update_fields=["left_minor"])
    return gift, minor


def put_back(gift_id: int, minor: int) -> None:
    """Let a certificate have back what a refund gives of it."""
    gift = GiftCertificate.objects.select_for_update().get(pk=gift_id)
    gift.left_minor += minor
    gift.save(update_fields=["left_minor"])


def lock(reference: str) -> None:
    """Lock a certificate before its charge."""
    GiftCertificate.objects.select_for_update().filter(number=reference).first()


def settled(reference: str, *, by: Actor, at: datetime) -> Decision:
    """Let a certificate count that is paid for."""
    gift = GiftCertificate.objects.select_for_update().get(number=reference)
    if not gift.is_live:
        gift.is_live = True
        gift.save(update_fields=["is_live"])
        _record("sold", gift, by=by, at=at)
    return ALLOWED


def unsettled(reference: str, *, by: Actor, at: datetime) -> None:
    """Let a certificate count no more whose money went back."""
    gift = GiftCertificate.objects.select_for_update().get(number=reference)
    gift.is_live = False
    gift.save(update_fields=["is_live"])
    _record("unpaid", gift, by=by, at=at)


def may_unpay(reference: str, *, minor: int, owed: int) -> Decision:
    """Decide whether so much of a certificate's price may go back: no more than is not used of it."""
    gift = GiftCertificate.objects.select_for_update().get(number=reference)
    left = max(gift.left_minor - owed, 0)
    if minor > left:
        told = f"{gift} is used in part: only {place.money(left)} of its price can go back."
        return Decision("gift_used", told, "amount")
    return ALLOWED


def changed(reference: str, minor: int) -> None:
    """Let a certificate be worth more or less by as much as its charge comes to.

    :raises Refused: `gift_used` if more is taken off than is left on it.
    """
    gift = GiftCertificate.objects.select_for_update().get(number=reference)
    if gift.left_minor + minor < 0:
        left = place.money(gift.left_minor)
        raise Refused(
            "gift_used",
            f"{left} is left on {gift}: no more than that can be taken off it.",
            field="amount",
        )
    gift.left_minor += minor
    gift.amount_minor = max(gift.amount_minor, gift.left_minor)
    gift.save(update_fields=["left_minor", "amount_minor"])


def describe(reference: str) -> Subject:
    """Return what the charge of a certificate is for."""
    return Subject(f"Gift certificate {reference}", "")


RAISER = Raiser(
    settled=settled,
    unsettled=unsettled,
    lock=lock,
    may_unpay=may_unpay,
    changed=changed,
    describe=describe,
)


def _make(
    amount: Money, expires_on: date | None, text: str, *, is_live: bool, by: Actor, at: datetime
) -> GiftCertificate:
    if amount.minor <= 0:
        raise Refused("amount", "The amount must be above zero.", field="amount")
    if expires_on is not None and expires_on < place.local_date(at):
        raise Refused("expires_on", "This day has passed.", field="expires_on")
    texts.may_keep_text(text, field="text").require()
    gift = GiftCertificate.objects.create(
        number=place.next_number("G", at=at),
        code="".join(secrets.choice(rules.ALPHABET) for _ in range(12)),
        amount_minor=amount.minor,
        left_minor=amount.minor,
        expires_on=expires_on,
        is_live=is_live,
        text=text.strip()[:200],
        made_at=at,
        made_by=by.name,
    )
    _record("made", gift, by=by, at=at, amount=amount.amount)
    return gift


def _record(
    event: str, gift: GiftCertificate, *, by: Actor, at: datetime, reason: str = "", **told: object
) -> None:
    subject = (KIND, gift.number)
    audit.record(f"gift.{event}", subject=subject, actor=by, at=at, reason=reason, **told)

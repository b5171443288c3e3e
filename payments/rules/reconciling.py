"""What differs between our payments and the account at the provider. Pure; all amounts are minor units."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

TAKEN = frozenset({"succeeded", "needs_review"})
NOTED_WITHIN = timedelta(hours=1)
"""How long before our note of a payment its charge may lie, so that none is missed at the edge."""


@dataclass(frozen=True, slots=True)
class OurPayment:
    """A payment by a provider of ours. `reference` is what the provider was told; the state is `unclear` if
    it waits for a look and its money is not in the books."""

    number: str
    intent_id: str
    reference: str
    state: str
    amount: int
    fee: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class OurRefund:
    """A refund of ours; `provider_id` is empty until the provider has told it."""

    number: str
    payment: str
    provider_id: str
    reference: str
    state: str
    amount: int
    at: datetime


@dataclass(frozen=True, slots=True)
class OurDispute:
    """A chargeback as we have noted it."""

    provider_id: str
    payment: str
    withdrawn: int
    fee: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Movement:
    """A booking on the account at the provider."""

    id: str
    kind: str
    amount: int
    fee: int
    source: str
    intent_id: str
    reference: str
    text: str
    at: datetime
    payout: str = ""


@dataclass(frozen=True, slots=True)
class TheirDispute:
    """A chargeback as the provider says it stands in all."""

    id: str
    intent_id: str
    withdrawn: int
    fee: int
    at: datetime


@dataclass(frozen=True, slots=True)
class TheirPayout:
    """A payout, and what its parts came to, each less what was kept of it."""

    id: str
    amount: int
    parts: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Ours:
    """What we have: payments, refunds and chargebacks by card, and provider's bookings in the ledger."""

    payments: Sequence[OurPayment] = ()
    refunds: Sequence[OurRefund] = ()
    disputes: Sequence[OurDispute] = ()
    booked: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Found:
    """One difference. `effect` is how much more the provider's account has by it than our books."""

    kind: str
    subject: str
    text: str
    ours: int | None
    theirs: int | None
    effect: int
    at: datetime
    act: str = ""
    about: Mapping[str, str] = field(default_factory=dict)


def compare(
    ours: Ours,
    movements: Sequence[Movement],
    disputes: Sequence[TheirDispute],
    *,
    since: datetime,
) -> list[Found]:
    """Return what differs among what happened since an instant, the oldest first."""
    found = [
        *_charges(ours, movements),
        *_missing_charges(ours, movements, since=since),
        *_refunds(ours, movements),
        *_missing_refunds(ours, movements, since=since),
        *_disputes(ours, disputes),
        *_others(ours, movements),
    ]
    return sorted(found, key=lambda one: (one.at, one.subject))


def payouts_apart(payouts: Sequence[TheirPayout]) -> list[Found]:
    """Return the payouts that are not what their parts come to. What lies at the provider differs by
    nothing: only what the bank gets cannot be explained."""
    return [
        Found(
            "payout_differs",
            f"payout-parts:{one.id}",
            f"Payout {one.id} is not what its parts come to. Ask the card provider what it is made of.",
            one.parts,
            one.amount,
            0,
            one.at,
            about={"payout": one.id},
        )
        for one in payouts
        if one.parts != one.amount
    ]


def _charges(ours: Ours, movements: Sequence[Movement]) -> Iterator[Found]:
    by_intent = {one.intent_id: one for one in ours.payments if one.intent_id}
    by_reference = {one.reference: one for one in ours.payments}
    for charge in movements:
        if charge.kind != "charge" or charge.id in ours.booked:
            continue
        payment = by_intent.get(charge.intent_id) or by_reference.get(charge.reference)
        if payment is None:
            yield _unknown(charge)
        elif payment.state not in TAKEN:
            yield Found(
                "charge_not_noted",
                f"charge:{charge.source}",
                f"The provider took the money of payment {payment.number}, which we have as not paid.",
                None,
                charge.amount,
                charge.amount - charge.fee,
                charge.at,
                "" if payment.state == "unclear" else "settle",
                {"payment": payment.number},
            )
        elif payment.amount != charge.amount:
            yield Found(
                "charge_differs",
                f"charge:{charge.source}",
                f"The provider took another amount than payment {payment.number} says.",
                payment.amount,
                charge.amount,
                charge.amount - payment.amount,
                charge.at,
                about={"payment": payment.number},
            )
        elif payment.fee != charge.fee:
            yield _fee(payment, charge)


def _unknown(charge: Movement) -> Found:
    where = f" It is part of payout {charge.payout}." if charge.payout else ""
    what = f" ({charge.text})" if charge.text else ""
    return Found(
        "charge_unknown",
        f"charge:{charge.source}",
        f"The provider took money that we did not ask for{what}.{where}",
        None,
        charge.amount,
        charge.amount - charge.fee,
        charge.at,
        "book",
        _booking(charge),
    )


def _fee(payment: OurPayment, charge: Movement) -> Found:
    is_unknown = payment.fee is None
    text = "is not in our books yet" if is_unknown else "is another than we noted"
    return Found(
        "fee_unknown" if is_unknown else "fee_differs",
        f"fee:{charge.source}",
        f"What the provider kept of payment {payment.number} {text}.",
        payment.fee,
        charge.fee,
        (payment.fee or 0) - charge.fee,
        charge.at,
        "settle" if is_unknown and payment.state == "succeeded" else "fee",
        {"payment": payment.number, "movement": charge.id, "fee": str(charge.fee)},
    )


def _missing_charges(
    ours: Ours, movements: Sequence[Movement], *, since: datetime
) -> Iterator[Found]:
    charges = [one for one in movements if one.kind == "charge"]
    told = {one.intent_id for one in charges} | {one.reference for one in charges}
    for payment in ours.payments:
        is_within = payment.at >= since + NOTED_WITHIN
        if (
            payment.state in TAKEN
            and is_within
            and not told & {payment.intent_id, payment.reference}
        ):
            yield Found(
                "charge_missing",
                f"payment:{payment.number}",
                f"The provider has no charge for payment {payment.number}, which we have as paid.",
                payment.amount,
                None,
                (payment.fee or 0) - payment.amount,
                payment.at,
                about={"payment": payment.number},
            )


def _refunds(ours: Ours, movements: Sequence[Movement]) -> Iterator[Found]:
    by_id = {one.provider_id: one for one in ours.refunds if one.provider_id}
    by_reference = {one.reference: one for one in ours.refunds}
    by_intent = {one.intent_id: one for one in ours.payments if one.intent_id}
    returned = {one.source for one in movements if one.kind == "refund_returned"}
    for one in movements:
        if one.kind not in ("refund", "refund_returned") or one.id in ours.booked:
            continue
        refund = by_id.get(one.source) or by_reference.get(one.reference)
        about = {"refund": one.source, **_booking(one)}
        if one.kind == "refund_returned":
            if refund is not None and refund.state == "succeeded":
                yield Found(
                    "refund_returned",
                    f"refund:{one.source}:returned",
                    f"Refund {refund.number} came back to the provider; we have it as given back.",
                    refund.amount,
                    0,
                    one.amount,
                    one.at,
                    "refund",
                    about | {"payment": refund.payment},
                )
            continue
        if one.source in returned and (refund is None or refund.state != "succeeded"):
            continue
        if refund is None:
            payment = by_intent.get(one.intent_id)
            what = f"of payment {payment.number}" if payment else "of a charge that is not ours"
            yield Found(
                "refund_unknown",
                f"refund:{one.source}",
                f"Money {what} was given back in the provider's own dashboard.",
                None,
                -one.amount,
                one.amount,
                one.at,
                "refund" if payment else "book",
                about | ({"payment": payment.number} if payment else {}),
            )
        elif refund.state != "succeeded":
            yield Found(
                "refund_not_noted",
                f"refund:{one.source}",
                f"The provider has given back refund {refund.number}, which we have as not done.",
                None,
                -one.amount,
                one.amount,
                one.at,
                "refund",
                about | {"payment": refund.payment},
            )
        elif refund.amount != -one.amount:
            yield Found(
                "refund_differs",
                f"refund:{one.source}",
                f"The provider gave back another amount than refund {refund.number} says.",
                refund.amount,
                -one.amount,
                refund.amount + one.amount,
                one.at,
                about={"payment": refund.payment},
            )


def _missing_refunds(
    ours: Ours, movements: Sequence[Movement], *, since: datetime
) -> Iterator[Found]:
    told = {one.source for one in movements if one.kind == "refund"}
    told |= {one.reference for one in movements if one.kind == "refund"}
    for refund in ours.refunds:
        is_within = refund.at >= since + NOTED_WITHIN
        if (
            refund.state == "succeeded"
            and is_within
            and not told & {refund.provider_id, refund.reference}
        ):
            yield Found(
                "refund_missing",
                f"our-refund:{refund.number}",
                f"The provider knows nothing of refund {refund.number}, which we have as given back.",
                refund.amount,
                None,
                refund.amount,
                refund.at,
                about={"payment": refund.payment},
            )


def _disputes(ours: Ours, disputes: Sequence[TheirDispute]) -> Iterator[Found]:
    by_id = {one.provider_id: one for one in ours.disputes}
    by_intent = {one.intent_id: one for one in ours.payments if one.intent_id}
    for theirs in disputes:
        noted, payment = by_id.get(theirs.id), by_intent.get(theirs.intent_id)
        had = (noted.withdrawn, noted.fee) if noted else (0, 0)
        if noted is not None and had == (theirs.withdrawn, theirs.fee):
            continue
        number = noted.payment if noted else payment.number if payment else ""
        what = f"of payment {number}" if number else "of a charge that is not ours"
        said = "stands otherwise than we noted" if noted else "is not in our books"
        yield Found(
            "dispute_differs" if noted else "dispute_unknown",
            f"dispute:{theirs.id}",
            f"A chargeback {what} {said}.",
            had[0] + had[1] if noted else None,
            theirs.withdrawn + theirs.fee,
            had[0] + had[1] - theirs.withdrawn - theirs.fee,
            theirs.at,
            "dispute" if number else "",
            {"dispute": theirs.id, "payment": number},
        )


def _others(ours: Ours, movements: Sequence[Movement]) -> Iterator[Found]:
    for one in movements:
        if one.kind in ("fee", "other") and one.id not in ours.booked:
            what = "A fee" if one.kind == "fee" else "A booking"
            yield Found(
                f"{one.kind}_not_booked",
                f"movement:{one.id}",
                f"{what} of the provider is not in our books ({one.text or one.source}).",
                None,
                one.amount - one.fee,
                one.amount - one.fee,
                one.at,
                "book",
                _booking(one),
            )


def _booking(one: Movement) -> dict[str, str]:
    """Return what has to be known to put a booking of the provider's into our books."""
    return {
        "movement": one.id,
        "kind": one.kind,
        "amount": str(one.amount),
        "fee": str(one.fee),
        "text": one.text,
    }

"""How cash and checks go to the bank: in one bag, under one number."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict, Refused
from parkops.kernel.money import Money
from parkops.programme import queries as programme
from payments import place, queries
from payments.accounts import CASH, CHEQUES, IN_TRANSIT, METHOD_ACCOUNTS
from payments.models import Deposit, DepositItem, Drawer, DrawerMovement, Payment
from payments.operations import ledger, tallying
from payments.operations.ledger import Leg
from payments.rules import may_keep_text
from payments.rules.drawers import may_deposit


@transaction.atomic
def make_deposit(
    *,
    drawers: Sequence[int] = (),
    movements: Sequence[int] = (),
    payments: Sequence[int] = (),
    counted: Money,
    pieces: Sequence[tuple[int, int]] = (),
    bag: str = "",
    by: Actor,
    at: datetime,
) -> Deposit:
    """Take to the bank what drawers took beyond their floats, drops to the safe, and checks; all by
    their rows' ids. `counted` is the cash in the bag, which must be what they come to.

    :raises Conflict: `deposited` if one of them has gone to the bank already.
    :raises Refused: `nothing`, `not_signed`, `counted`.
    """
    may_keep_text(bag, field="bag").require()
    cheques = list(
        queries.cheques_here()
        .select_for_update(of=("self",))
        .filter(pk__in=payments)
        .order_by("pk")
    )
    tills = list(Drawer.objects.select_for_update().filter(pk__in=drawers).order_by("pk"))
    drops = list(
        DrawerMovement.objects.filter(pk__in=movements, kind=DrawerMovement.Kind.DROP).order_by(
            "pk"
        )
    )
    for till in tills:
        if why := why_not_deposited(till, at=at):
            raise Refused("not_signed", f"{till}: {why}", field="drawers")
    cash = sum(one.takings_minor for one in tills) + sum(one.amount_minor for one in drops)
    paper = sum(one.amount_minor for one in cheques)
    if (len(tills), len(drops), len(cheques)) != (len(drawers), len(movements), len(payments)):
        raise Conflict("deposited", "Part of this is not here any more. Look at what is left.")
    may_deposit(
        cash=cash,
        cheques=paper,
        counted=counted.minor,
        shown=place.money(cash).amount,
        counted_shown=counted.amount,
    ).require()
    deposit = Deposit.objects.create(
        number=place.next_number("DEP", at=at),
        cash_minor=cash,
        cheques_minor=paper,
        pieces=[list(piece) for piece in pieces],
        bag=bag.strip(),
        made_at=at,
        made_by=by.name,
    )
    items = [
        *(DepositItem(drawer=one, amount_minor=one.takings_minor) for one in tills),
        *(DepositItem(movement=one, amount_minor=one.amount_minor) for one in drops),
        *(DepositItem(payment=one, amount_minor=one.amount_minor) for one in cheques),
    ]
    for item in items:
        item.deposit = deposit
    taken = tallying.tallied_deposit(drawers=drawers, movements=movements, payments=payments)
    try:
        with taken, transaction.atomic():
            DepositItem.objects.bulk_create(items)
    except IntegrityError as error:
        raise Conflict("deposited", "Part of this has gone to the bank meanwhile.") from error
    ledger.post(
        f"deposit:{deposit.number}",
        [Leg(IN_TRANSIT, deposit.total_minor), Leg(CASH, -cash), Leg(CHEQUES, -paper)],
        text=f"Deposit {deposit.number}",
        by=by,
        at=at,
    )
    audit.record(
        "deposit.made",
        subject=("deposit", deposit.number),
        actor=by,
        at=at,
        cash=place.money(cash).amount,
        checks=place.money(paper).amount,
    )
    return deposit


def account_of(payment: Payment, minor: int) -> str:
    """Return the account that `minor` of a payment leaves from. A check that lies here goes back whole;
    part of it, or what of it has been deposited, comes from the bank."""
    if payment.method == Payment.Method.CHEQUE:
        is_here = minor == payment.amount_minor and not queries.is_deposited(payment.pk)
        return CHEQUES if is_here else IN_TRANSIT
    return METHOD_ACCOUNTS[payment.method]


def why_not_deposited(drawer: Drawer, *, at: datetime) -> str:
    """Return why a drawer's cash cannot go to the bank yet; empty if it can."""
    if drawer.closed_at is None:
        return "Still open."
    if drawer.recount_asked_at is not None:
        return "To be counted again first."
    needs_sign = not programme.in_force(at).programme.counter.without_sign_off
    return "To be signed off first." if needs_sign and drawer.signed_at is None else ""

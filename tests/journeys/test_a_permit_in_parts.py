"""A permit is bought in parts by card, the rest comes from the saved card, until it does not; then it is paid."""

from datetime import timedelta

import pytest
import yaml
from django.utils import timezone

from parkops.customers.operations import customer_for_user
from parkops.kernel.actors import PUBLIC
from payments import operations as payments
from payments.models import Payment, PaymentPlan, SavedCard
from payments.operations import plan_cards, plans
from payments.queries import plans as planning
from permits.models import Permit
from permits.operations.sales import Wish, hold_permit
from permits.rules.plates import read_plates
from tests.factories.payments import CLERK, assert_sound
from tests.payments.conftest import takes_cards  # noqa: F401
from tests.payments.standin.fixtures import account, remote, standin  # noqa: F401
from tests.seed import PROGRAMMES

pytestmark = pytest.mark.usefixtures("takes_cards")
DAY = timedelta(days=1)


def test_a_permit_in_parts(site, dana, apply_programme, remote, account):  # noqa: F811
    rules = yaml.safe_load((PROGRAMMES / "harbor.yaml").read_text())
    scheme = {"code": "PARTS", "name": "In parts", "charges": ["permit"], "buys": ["VISITOR-BOOK"]}
    terms = {"instalments": 3, "setup_fee": "0.00", "grace": "10d", "reinstatements": 1}
    rules["plans"].append(scheme | terms)
    now = timezone.now()
    apply_programme(yaml.safe_dump(rules, sort_keys=False), at=now - DAY)
    site.login_as(dana)
    customer = customer_for_user(dana, at=now)
    wish = Wish("VISITOR-BOOK", read_plates([]))
    permit = hold_permit(
        wish, customer_id=customer.pk, channel=Permit.Channel.PORTAL, by=PUBLIC, at=now
    )

    def status(at):
        return Permit.objects.get(pk=permit.pk).status_at(at)

    # She sees the days, agrees, and pays the first part by card: the permit is in force.
    page = f"/permits/{permit.number}/pay/parts/"
    assert (
        "3 parts: $9.00 now, then $9.00 every month"
        in site.get(page + "?way=PARTS:3").content.decode()
    )
    site.post(page, {"way": "PARTS:3"})
    first = Payment.objects.get()
    assert status(now) == "held"
    remote.act(account, "pay", first.session_id)
    for _ in range(2):
        payments.settle_checkout(first.pk, at=timezone.now())
    assert status(timezone.now()) == "active"

    # She lets a card pay the rest: the second part comes on its day, once.
    plan = PaymentPlan.objects.get()
    assert site.post(f"/plans/{plan.public_id}/", {"act": "card"}).status_code == 302
    saved = SavedCard.objects.get()
    remote.act(account, "pay", saved.session_id, card="pm_card_visa")
    plan_cards.finish_agreeing(planning.plan(plan.number), at=timezone.now())
    parts = planning.standing(planning.plan(plan.number), at=now).parts
    second = now + (parts[1].due_on - parts[0].due_on)
    for _ in range(2):
        plans.follow_plan(plan.pk, at=second)
    assert [one.amount_minor for one in Payment.objects.order_by("pk")] == [900, 900]

    # She ends the consent and forgets the third: the permit is suspended, says why, and is paid.
    site.post(f"/plans/{plan.public_id}/", {"act": "stop"})
    late = now + (parts[2].due_on - parts[0].due_on) + 12 * DAY
    plans.follow_plan(plan.pk, at=late)
    assert (status(late), PaymentPlan.objects.get().state) == ("suspended", "defaulted")
    owing = planning.standing(planning.plan(plan.number), at=late).owing
    payments.take_payment(
        charge_ids=[one.charge.public_id for one in owing], method="cheque", by=CLERK, at=late
    )
    plans.follow_plans_of(owing[0].charge_id, at=late)
    assert status(late) == "active"
    assert_sound(late)

"""A charge that several payments paid is given back by all of them: previewed, at once, once."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict, Refused
from payments import operations, queries
from payments.accounts import PERMIT_REVENUE, REFUNDS_PAYABLE, TAX_PAYABLE
from payments.models import Refund
from payments.rules.refunding import Parts, less, shares
from tests.factories.payments import CLERK, assert_sound, books, make_charge, pay, usd
from tests.seed import PROGRAMMES

OTHER = Actor("staff", "2", "Alice")
HOUR = timedelta(hours=1)
_money = st.integers(min_value=0, max_value=50_000)


@given(
    net=_money,
    tax=_money,
    late_fee=_money,
    off=_money,
    held=st.lists(st.integers(min_value=1, max_value=40_000), min_size=1, max_size=6),
    back=st.integers(min_value=1, max_value=200_000),
)
def test_shares_come_to_what_goes_back_and_to_the_parts_of_it(net, tax, late_fee, off, held, back):
    parts = Parts(net, tax, late_fee, min(off, net + tax))
    back = min(back, sum(held), parts.amount)
    found = shares(back, held, parts, raised_net=net, raised_tax=tax) if back else []
    assert sum(one.minor for one in found) == back
    assert all(0 < one.minor <= held[one.place] for one in found)
    assert all(one.of.amount == one.minor for one in found)
    then = less(parts, back, raised_net=net, raised_tax=tax)
    assert min(then.net, then.tax, then.late_fee, then.discount) >= 0
    assert then.amount == parts.amount - back
    whole = parts - then
    assert sum(one.of.net for one in found) == whole.net
    assert sum(one.of.tax for one in found) == whole.tax


@pytest.fixture
def paid(apply_programme, raising, now):
    """A permit of 100.00 and 13.00 tax, paid by check, in cash and at the terminal, an hour apart."""
    text = (PROGRAMMES / "harbor.yaml").read_text()
    apply_programme(text + 'refunds: {second_person: "90.00"}\n')
    charge = make_charge(kind="permit", net=10_000, tax=1_300, at=now)
    for n, (method, minor) in enumerate([("cheque", 3_000), ("cash", 5_000), ("other", 3_300)]):
        pay(charge, at=now + n * HOUR, method=method, amount=minor)
    charge.refresh_from_db()
    return charge


def give_back(charge, minor, at, **more):
    more = {"reason": "Moved away", "by": CLERK, **more}
    return operations.refund_of_charge(charge.public_id, amount=usd(minor), at=at, **more)


def test_the_preview_says_what_is_given_back_then(paid, now):
    plan = queries.refund_plan(paid, usd(7_000))
    told = [(way.part.payment.method, way.minor, way.of.net, way.of.tax) for way in plan.ways]
    assert told == [("other", 3_300, 2_920, 380), ("cash", 3_700, 3_275, 425)]
    assert (plan.of.net, plan.of.tax) == (6_195, 805)
    made = give_back(paid, 7_000, now + 3 * HOUR)
    assert [(one.payment.method, one.amount_minor) for one in made] == [
        ("other", 3_300),
        ("cash", 3_700),
    ]
    assert {one.state for one in made} == {Refund.State.SUCCEEDED}
    assert len({one.together for one in made}) == 1
    paid.refresh_from_db()
    assert (paid.net_minor, paid.tax_minor) == (10_000 - 6_195, 1_300 - 805)
    assert (paid.paid_minor, paid.settled_at is None) == (4_300, False)
    stands = books(now + 3 * HOUR)
    assert (stands[PERMIT_REVENUE], stands[TAX_PAYABLE]) == (-3_805, -495)
    assert_sound(now + 3 * HOUR)


def test_all_of_it_and_never_more(paid, now):
    with pytest.raises(Conflict) as refused:
        give_back(paid, 11_301, now + 3 * HOUR, by=OTHER)
    assert refused.value.code == "over_refund"
    assert not Refund.objects.exists()
    made = give_back(paid, 11_300, now + 3 * HOUR, by=Actor("system", "", "ParkOps"))
    assert sum(one.amount_minor for one in made) == 11_300
    with pytest.raises(Conflict):
        give_back(paid, 1, now + 3 * HOUR)
    assert_sound(now + 3 * HOUR)


def test_asked_twice_is_once(paid, now):
    seen = paid.postings
    give_back(paid, 1_000, now + 3 * HOUR, seen=seen)
    with pytest.raises(Conflict) as again:
        give_back(paid, 1_000, now + 3 * HOUR, seen=seen)
    assert again.value.code == "charge_changed"
    assert Refund.objects.count() == 1


def test_the_limit_holds_for_the_sum_and_they_are_accepted_together(paid, now):
    made = give_back(paid, 9_100, now + 3 * HOUR)
    assert [one.amount_minor for one in made] == [3_300, 5_000, 800]
    assert {one.state for one in made} == {Refund.State.PROPOSED}
    assert books(now + 3 * HOUR)[REFUNDS_PAYABLE] == -9_100
    with pytest.raises(Conflict) as own:
        operations.accept_refund(made[1].number, by=CLERK, at=now + 4 * HOUR)
    assert own.value.code == "own_refund"
    operations.accept_refund(made[1].number, by=OTHER, at=now + 4 * HOUR)
    assert set(Refund.objects.values_list("state", "decided_by")) == {("succeeded", "Alice")}
    with pytest.raises(Conflict):
        operations.accept_refund(made[0].number, by=OTHER, at=now + 4 * HOUR)
    assert REFUNDS_PAYABLE not in books(now + 4 * HOUR)
    assert_sound(now + 4 * HOUR)


def test_not_accepted_all_of_it_is_credit(paid, now):
    made = give_back(paid, 9_100, now + 3 * HOUR)
    operations.reject_refund(made[0].number, reason="Stays", by=OTHER, at=now + 4 * HOUR)
    assert set(Refund.objects.values_list("state", "failure")) == {("rejected", "Stays")}
    assert_sound(now + 4 * HOUR)


def test_each_way_is_its_own(paid, now):
    """Two at the limit, one by one: each of them one person may give back."""
    assert len(give_back(paid, 3_300, now + 3 * HOUR)) == 1
    assert Refund.objects.get().together is None


@pytest.mark.parametrize(("minor", "reason", "code"), [(0, "Why", "amount"), (100, " ", "reason")])
def test_is_refused_in_words(paid, now, minor, reason, code):
    with pytest.raises(Refused) as refused:
        give_back(paid, minor, now + 3 * HOUR, reason=reason)
    assert refused.value.code == code


def test_what_is_still_owed_is_adjusted_instead(raising, harbor, now):
    charge = make_charge(net=5_000, at=now)
    pay(charge, at=now, amount=2_000)
    with pytest.raises(Refused, match="Adjust it"):
        give_back(charge, 1_000, now + HOUR)


class TestPage:
    @pytest.fixture
    def charge(self, harbor, raising):
        at = timezone.now() - HOUR
        charge = make_charge(kind="permit", net=10_000, tax=1_300, at=at)
        pay(charge, at=at, method="cheque", amount=3_000)
        pay(charge, at=at + HOUR / 2, method="other", amount=8_300)
        return charge

    def path(self, charge):
        return reverse("office_charges:refund", args=[charge.public_id])

    def test_shows_first_and_gives_back_then(self, site, amos, charge):
        site.login_as(amos)
        detail = site.get(reverse("office_charges:detail", args=[charge.public_id]))
        assert self.path(charge) in detail.content.decode()
        assert "$113.00" in site.get(self.path(charge)).content.decode()
        asked = {"amount": "100.00", "reason": "Moved"}
        shown = site.get(self.path(charge), asked).content.decode()
        for words in ("$83.00", "$17.00", "$88.50", "$11.50", "$13.00"):
            assert words in shown
        assert not Refund.objects.exists()
        charge.refresh_from_db()
        sent = {**asked, "seen": charge.postings}
        assert site.post(self.path(charge), sent).status_code == 302
        assert Refund.objects.count() == 2
        again = site.post(self.path(charge), sent)
        assert again.status_code in (409, 422)
        assert Refund.objects.count() == 2

    def test_says_at_the_field_what_is_too_much(self, site, amos, charge):
        site.login_as(amos)
        answer = site.get(self.path(charge), {"amount": "113.01", "reason": "Moved"})
        assert answer.status_code == 422
        assert "Only 113.00 of this charge" in answer.content.decode()

    def test_those_who_do_not_give_back_do_not_see_it(self, site, clara, charge):
        site.login_as(clara)
        assert site.get(self.path(charge)).status_code == 403

    def test_of_another_tenant_is_404(self, other_site, charlie, charge):
        other_site.login_as(charlie)
        assert other_site.get(self.path(charge)).status_code == 404

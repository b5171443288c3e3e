"""The pages about money: who may see what, and what happens without JavaScript."""

from datetime import timedelta

import pytest
from django.utils import timezone

from parkops.kernel import numbers
from parkops.kernel.actors import PUBLIC, Actor
from parkops.kernel.decisions import Decision
from payments import links, operations, queries
from payments.models import Drawer, Payment, Refund
from payments.views.office import PER_PAGE
from tests.factories.payments import CLERK, counted_queries, make_charge, owed, pay, usd

pytestmark = pytest.mark.usefixtures("harbor", "raising")


def text_of(answer) -> str:
    return answer.content.decode()


class TestPayPage:
    def test_shows_what_a_link_was_made_for_to_a_guest(self, site, takes_cards, now):
        charge = make_charge(at=now)
        answer = site.get(links.pay_path([charge.public_id]))
        assert answer.status_code == 200
        assert "No valid permit" in text_of(answer)
        assert "$40.00" in text_of(answer)

    def test_of_a_link_made_elsewhere_is_404(self, site, other_site, now):
        path = links.pay_path([make_charge(at=now).public_id])
        assert other_site.get(path).status_code == 404
        assert site.get(path.replace("/pay/", "/pay/x")).status_code == 404

    def test_leads_to_the_providers_page(self, site, takes_cards, moment):
        charge = make_charge(at=moment)
        answer = site.post(links.pay_path([charge.public_id]), {"email": "ana@example.test"})
        assert answer.status_code == 302
        assert answer["Location"] == Payment.objects.get().redirect_url

    def test_says_friendly_words_when_the_provider_is_away(self, site, takes_cards, moment, remote):
        charge = make_charge(at=moment)
        remote.fault("500", path="/v1/checkout/sessions", method="POST", times=3)
        answer = site.post(links.pay_path([charge.public_id]), {"email": ""})
        assert answer.status_code == 422
        assert "No money has been taken" in text_of(answer)

    def test_shows_why_a_raiser_does_not_let_it_be_paid(self, site, takes_cards, moment, raising):
        charge = make_charge(at=moment)
        raising.may = Decision("hold_over", "The hold has ended.")
        answer = site.post(links.pay_path([charge.public_id]), {"email": ""})
        assert (answer.status_code, "The hold has ended." in text_of(answer)) == (422, True)

    def test_of_what_is_paid_offers_the_receipt(self, site, takes_cards, now):
        charge = make_charge(at=now)
        payment = pay(charge, at=now)
        answer = site.get(links.pay_path([charge.public_id]))
        assert "Nothing is owed" in text_of(answer)
        assert payment.number in text_of(answer)

    def test_without_cards_says_where_to_pay(self, site, now):
        answer = site.get(links.pay_path([make_charge(at=now).public_id]))
        assert "Cards are not taken online here." in text_of(answer)


class TestComingBack:
    @pytest.fixture
    def charge(self, moment):
        return make_charge(at=moment, kind="permit")

    @pytest.fixture
    def opened(self, takes_cards, charge, moment):
        return operations.start_card_payment(
            charge_ids=[charge.public_id],
            return_path="/permits/P-1/",
            email="ana@example.test",
            by=PUBLIC,
            at=moment,
        )

    @pytest.fixture
    def back(self, opened):
        return f"/pay/return/{opened.return_token}/"

    def test_paid_leads_on(self, site, opened, back, remote, account):
        remote.act(account, "pay", opened.session_id)
        answer = site.get(back)
        assert (answer.status_code, answer["Location"]) == (302, "/permits/P-1/")

    def test_waits_for_the_truth_by_page_and_by_poll(self, site, opened, back, remote, account):
        assert "Waiting for the card provider" in text_of(site.get(back))
        htmx = {"HX-Request": "true"}
        assert site.get(back, headers=htmx).status_code == 204
        remote.act(account, "pay", opened.session_id)
        answer = site.get(back, headers=htmx)
        assert (answer.status_code, answer["HX-Redirect"]) == (204, "/permits/P-1/")

    def test_gone_says_that_the_money_goes_back(self, site, opened, back, remote, account, raising):
        remote.act(account, "pay", opened.session_id)
        raising.answer = Decision("sold_out", "The last place has gone.")
        assert "Your money goes back" in text_of(site.get(back))

    def test_of_another_tenant_is_404(self, other_site, back):
        assert other_site.get(back).status_code == 404

    def test_walking_away_takes_no_money_and_can_release_the_place(self, site, opened, raising):
        path = f"/pay/cancelled/{opened.return_token}/"
        assert "No money has been taken." in text_of(site.get(path))
        assert site.post(path).status_code == 302
        opened.refresh_from_db()
        assert opened.state == Payment.State.CANCELLED
        assert raising.was_told("closed") == 1
        assert "Pay by card" in text_of(site.get(path))

    def test_declined_says_so(self, site, opened, remote, account):
        remote.act(account, "decline", opened.session_id)
        shown = text_of(site.get(f"/pay/cancelled/{opened.return_token}/"))
        assert "The card was declined." in shown
        assert "No money has been taken." in shown

    def test_walking_away_after_paying_shows_that_it_is_paid(self, site, opened, remote, account):
        remote.act(account, "pay", opened.session_id)
        answer = site.get(f"/pay/cancelled/{opened.return_token}/")
        assert answer.status_code == 302

    def test_abandoned_says_that_the_page_has_closed(self, site, opened, back, remote):
        remote.advance(33 * 60)
        assert "open too long" in text_of(site.get(back))


class TestReceipt:
    def test_shows_what_was_paid(self, site, now):
        payment = pay(make_charge(at=now), at=now, amount=5_000)
        shown = text_of(site.get(links.receipt_path(payment)))
        assert payment.number in shown
        assert "$10.00" in shown

    def test_comes_as_a_pdf(self, site, now):
        import io

        import pypdf

        payment = pay(make_charge(at=now), at=now)
        answer = site.get(links.receipt_pdf_path(payment))
        assert answer["Content-Type"] == "application/pdf"
        [leaf] = pypdf.PdfReader(io.BytesIO(answer.content)).pages
        assert payment.number in leaf.extract_text()
        assert "$40.00" in leaf.extract_text()

    def test_of_another_tenant_is_404(self, other_site, now):
        payment = pay(make_charge(at=now), at=now)
        assert other_site.get(links.receipt_path(payment)).status_code == 404


class TestOwed:
    def test_shows_a_customer_their_own_and_leads_to_payment(self, site, dana, now):
        from parkops.customers.operations import customer_for_user

        customer = customer_for_user(dana, at=now)
        mine = make_charge(at=now, customer_id=customer.pk)
        other = make_charge(at=now)
        site.login_as(dana)
        shown = text_of(site.get("/pay/"))
        assert str(mine.public_id) in shown
        assert str(other.public_id) not in shown
        answer = site.post("/pay/", {"charge": [str(mine.public_id), str(other.public_id)]})
        assert answer.status_code == 302
        token = answer["Location"].split("/")[2]
        assert links.read_pay_token(token)[0] == [mine.public_id]

    def test_asks_a_guest_to_sign_in(self, site):
        assert site.get("/pay/").status_code == 302


@pytest.fixture
def desk(site, clara):
    """Clara's browser, with a drawer of 100 open."""
    site.login_as(clara)
    site.post("/office/counter/drawers/new/", {"name": "Desk", "float_minor": "100.00"})
    return site


class TestCounter:
    def test_finds_by_plate_number_name_and_email(self, desk, now, ana):
        from parkops.customers.operations import add_vehicle

        add_vehicle(customer_id=ana.pk, plate="ANA 1", by=CLERK, at=now)
        charge = make_charge(
            at=now,
            customer_id=ana.pk,
            plate_key="ANA1",
            reference=numbers.make_number("C", 2026, 417),
        )
        for text in ("ana 1", charge.reference, "Ana Ruiz", "ana@example.test"):
            shown = text_of(desk.get("/office/counter/", {"q": text}))
            assert str(charge.public_id) in shown, text
        assert str(charge.public_id) in text_of(
            desk.get("/office/counter/", {"customer": str(ana.reference)})
        )

    def test_finds_nobody_in_words(self, desk):
        assert "Nobody and nothing matches" in text_of(desk.get("/office/counter/", {"q": "zzz"}))

    def test_takes_cash_and_shows_the_change(self, desk, now):
        charge = make_charge(at=now)
        answer = desk.post(
            "/office/counter/?q=ABC123",
            {"charge": [str(charge.public_id)], "method": "cash", "given": "50.00"},
        )
        assert answer.status_code == 302
        assert owed(charge) == 0
        shown = text_of(desk.get(answer["Location"]))
        assert "Change to give" in shown
        assert "$10.00" in shown

    def test_takes_only_what_is_ticked_and_belongs_to_the_payer(self, desk, now):
        mine, other = make_charge(at=now), make_charge(at=now, plate_key="OTHER1")
        answer = desk.post(
            "/office/counter/?q=ABC123",
            {"charge": [str(mine.public_id), str(other.public_id)], "method": "cash"},
        )
        assert answer.status_code == 422
        assert not Payment.objects.exists()

    def test_takes_no_cash_without_a_drawer(self, site, clara, now):
        charge = make_charge(at=now)
        site.login_as(clara)
        answer = site.post(
            "/office/counter/?q=ABC123", {"charge": [str(charge.public_id)], "method": "cash"}
        )
        assert answer.status_code == 422
        assert "Open a drawer" in text_of(answer)

    def test_says_why_money_cannot_be_taken(self, desk, now, raising):
        charge = make_charge(at=now)
        raising.may = Decision("hold_over", "The hold has ended.")
        answer = desk.post(
            "/office/counter/?q=ABC123", {"charge": [str(charge.public_id)], "method": "cash"}
        )
        assert answer.status_code == 422
        assert "The hold has ended." in text_of(answer)

    def test_uses_the_customers_credit(self, desk, now, ana):
        pay(make_charge(at=now, customer_id=ana.pk), at=now, method="cheque", amount=5_000)
        charge = make_charge(at=now, customer_id=ana.pk)
        path = f"/office/counter/?customer={ana.reference}"
        assert "Credit of the customer" in text_of(desk.get(path))
        body = {"charge": [str(charge.public_id)], "method": "credit"}
        assert desk.post(path, body).status_code == 302
        assert owed(charge) == 3_000
        assert "Credit of the customer" not in text_of(desk.get(path))

    def test_keeps_no_card_number(self, desk, now):
        charge = make_charge(at=now)
        body = {
            "charge": [str(charge.public_id)],
            "method": "cash",
            "payer": "4242 4242 4242 4242",
        }
        answer = desk.post("/office/counter/?q=ABC123", body)
        assert (answer.status_code, "looks like a card number" in text_of(answer)) == (422, True)

    def test_is_not_for_officers_or_other_tenants(self, site, bob, other_site, charlie, now):
        assert site.login_as(bob).get("/office/counter/").status_code == 403
        charge = make_charge(at=now)
        shown = text_of(
            other_site.login_as(charlie).get("/office/counter/", {"q": charge.plate_key})
        )
        assert str(charge.public_id) not in shown

    def test_closes_the_drawer_with_a_count(self, desk, now):
        drawer = Drawer.objects.get()
        path = f"/office/counter/drawers/{drawer.public_id}/close/"
        assert "100.00" not in text_of(desk.get(path))
        assert desk.post(path, {"counted": "99.50"}).status_code == 302
        assert "-$0.50" in text_of(desk.get("/office/counter/drawers/")).replace("−", "-")
        assert desk.post(path, {"counted": "99.50"}).status_code == 422

    def test_opens_one_drawer_only(self, desk):
        answer = desk.post(
            "/office/counter/drawers/new/", {"name": "Desk", "float_minor": "100.00"}
        )
        assert answer.status_code == 422


class TestPayments:
    def test_lists_and_finds(self, site, amos, now):
        payment = pay(make_charge(at=now, plate_key="FIND1"), at=now)
        pay(make_charge(at=now), at=now, method="cheque")
        site.login_as(amos)
        for query in ({}, {"q": payment.number}, {"q": "find 1"}, {"method": "cash"}):
            assert payment.number in text_of(site.get("/office/payments/", query)), query
        assert payment.number not in text_of(site.get("/office/payments/", {"method": "cheque"}))

    def test_what_was_taken_in_some_days_has_its_sum_over_all_pages(self, site, amos, now):
        pay(make_charge(at=now, net=10_00), at=now)
        for _ in range(PER_PAGE):
            pay(make_charge(at=now, net=1_00), at=now)
        site.login_as(amos)
        asked = {"state": "succeeded", "since": f"{now:%Y-%m-%d}", "until": f"{now:%Y-%m-%d}"}
        shown = text_of(site.get("/office/payments/", asked))
        assert "Taken in all, by 26 payments" in shown
        assert "$35.00" in shown
        for less in ({**asked, "since": ""}, {**asked, "state": ""}):
            assert "Taken in all" not in text_of(site.get("/office/payments/", less))

    def test_lists_with_no_more_queries_for_more(self, site, amos, now):
        site.login_as(amos)
        pay(make_charge(at=now), at=now)
        site.get("/office/payments/")
        with counted_queries() as few:
            site.get("/office/payments/")
        for _ in range(9):
            pay(make_charge(at=now), at=now)
        with counted_queries() as many:
            site.get("/office/payments/")
        assert len(many) == len(few)

    def test_shows_one_and_gives_back(self, site, amos, now):
        charge = make_charge(at=now)
        payment = pay(charge, at=now)
        site.login_as(amos)
        path = f"/office/payments/{payment.number}/"
        assert "1000 Cash" in text_of(site.get(path))
        body = {"amount": "15.00", "reason": "Kindness", "charges": "reduced"}
        assert site.post(f"{path}refund/", body).status_code == 302
        assert owed(charge) == 0
        assert "Kindness" in text_of(site.get(path))
        over = site.post(f"{path}refund/", {**body, "amount": "25.01"})
        assert (over.status_code, "left to refund" in text_of(over)) == (422, True)
        assert site.post(f"{path}refund/", {**body, "amount": "x"}).status_code == 422

    def test_marks_a_check_as_bounced(self, site, amos, now):
        charge = make_charge(at=now)
        payment = pay(charge, at=now, method="cheque")
        site.login_as(amos)
        assert site.post(f"/office/payments/{payment.number}/bounce/").status_code == 302
        assert owed(charge) == 4_000

    def test_clerks_may_look_and_not_give_back(self, site, clara, now):
        payment = pay(make_charge(at=now), at=now)
        site.login_as(clara)
        assert site.get(f"/office/payments/{payment.number}/").status_code == 200
        body = {"amount": "1.00", "reason": "x", "charges": "reduced"}
        assert site.post(f"/office/payments/{payment.number}/refund/", body).status_code == 403

    def test_of_another_tenant_are_404(self, other_site, charlie, now):
        payment = pay(make_charge(at=now), at=now)
        other_site.login_as(charlie)
        assert other_site.get(f"/office/payments/{payment.number}/").status_code == 404

    def test_refunds_wait_to_be_paid_out(self, site, amos, now):
        payment = pay(make_charge(at=now), at=now)
        waiting = operations.refund_payment(
            payment.number,
            amount=usd(4_000),
            reason="Gave it up",
            by=Actor("customer", "7", "Dana"),
            at=now,
        )
        site.login_as(amos)
        assert waiting.number in text_of(site.get("/office/payments/refunds/"))
        assert site.post(f"/office/payments/refunds/{waiting.number}/payout/").status_code == 302
        assert Refund.objects.get().state == Refund.State.SUCCEEDED
        assert waiting.number not in text_of(site.get("/office/payments/refunds/")).replace(
            f"Refund {waiting.number} paid out", ""
        )
        answer = site.post(f"/office/payments/refunds/{waiting.number}/retry/")
        assert answer.status_code == 422


class TestLedger:
    def test_shows_balances_at_a_date(self, site, amos, now):
        make_charge(at=now)
        site.login_as(amos)
        assert "$40.00" in text_of(site.get("/office/ledger/"))
        before = text_of(site.get("/office/ledger/", {"on": "2026-11-09"}))
        assert "$40.00" not in before
        assert "Balanced" in before
        assert "$40.00" in text_of(site.get("/office/ledger/", {"on": "2026-11-10"}))

    def test_shows_entries_of_an_account(self, site, amos, now):
        charge = make_charge(at=now)
        site.login_as(amos)
        assert charge.reference in text_of(site.get("/office/ledger/1100/"))
        other = site.get("/office/ledger/1100/", {"until": "2026-11-09"})
        assert charge.reference not in text_of(other)
        assert site.get("/office/ledger/0000/").status_code == 404

    def test_is_not_for_clerks(self, site, clara):
        assert site.login_as(clara).get("/office/ledger/").status_code == 403


class TestWhatOthersShow:
    def test_the_time_line_and_the_search_know_payments(self, harbor, now, ana):
        from parkops.customers import panels, search, timeline

        charge = make_charge(at=now, customer_id=ana.pk, due_on=(now - timedelta(days=3)).date())
        payment = pay(charge, at=now, amount=1_000)
        subject = timeline.Subject(ana.pk, ())
        titles = [moment.title for moment in timeline.of_customer(ana)]
        assert f"Payment {payment.number}: paid" in titles
        assert [hit.title for hit in search.find(payment.number)] == [f"Payment {payment.number}"]
        [debt] = [row for row in panels.debts_of(subject, at=now) if row.text == charge.text]
        assert (debt.amount, debt.is_overdue) == (usd(3_000), True)
        assert queries.credit_of(ana.pk) == usd(0)
        assert timezone.now() > now

"""The page where a customer pays, by plain HTTP, and the pages behind the scenes."""

import pytest

from payments.gateways.base import CheckoutStatus
from tests.payments.standin.fixtures import checkout

PAID = "http://campus.localhost:8000/pay/return?s="
AGAIN = "http://campus.localhost:8000/pay/again"


@pytest.fixture
def started(gateway):
    """An open page."""
    return gateway.start_checkout(checkout())


class TestPayPage:
    def test_says_what_it_is_and_what_is_asked(self, started, visitor):
        status, headers, text = visitor.get(started.url)
        assert status == 200
        assert "This is a stand-in for a card page." in text
        assert "No real card is charged." in text
        assert "Pay $165.00" in text
        assert "Cascadia State Parking" in text
        assert "Permit C-2026-00117, North lot" in text
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "form-action 'self' http://campus.localhost:8000" in policy

    def test_has_nothing_that_the_policy_forbids(self, started, visitor):
        text = visitor.get(started.url)[2]
        assert "<script" not in text
        assert "style=" not in text
        assert "<style" not in text

    def test_paying_leads_back_with_the_session(self, started, visitor, gateway):
        status, headers, _ = visitor.post(started.url, act="pay")
        assert (status, headers["Location"]) == (303, PAID + started.session_id)
        assert gateway.look_up(started.session_id).paid

    def test_paying_twice_takes_the_money_once(self, started, visitor, gateway, standin, account):
        visitor.post(started.url, act="pay")
        status, headers, _ = visitor.post(started.url, act="pay")
        assert (status, headers["Location"]) == (303, f"/pay/{started.session_id}")
        assert len(standin.store.every("charge", account)) == 1
        assert "This is paid" in visitor.get(started.url)[2]

    def test_a_declined_card_can_be_followed_by_a_good_one(self, started, visitor, gateway):
        status, _, text = visitor.post(started.url, act="decline")
        assert status == 402
        assert "Your card was declined." in text
        assert "No money has been taken." in text
        visitor.post(started.url, act="short")
        assert "insufficient funds" in visitor.get(started.url)[2]
        visitor.post(started.url, act="pay")
        assert gateway.look_up(started.session_id).paid

    def test_walking_away_leads_back_unpaid_and_the_page_stays(self, started, visitor, gateway):
        status, headers, _ = visitor.post(started.url, act="leave")
        assert (status, headers["Location"]) == (303, AGAIN)
        assert gateway.look_up(started.session_id).status is CheckoutStatus.OPEN

    def test_paying_without_coming_back_only_says_so(self, started, visitor, gateway):
        status, headers, text = visitor.post(started.url, act="stay")
        assert status == 200
        assert "Location" not in headers
        assert "$165.00 has been taken." in text
        assert gateway.look_up(started.session_id).paid

    def test_a_closed_page_takes_nothing(self, started, visitor, gateway):
        gateway.expire(started.session_id)
        assert "No money has been taken." in visitor.get(started.url)[2]
        visitor.post(started.url, act="pay")
        assert not gateway.look_up(started.session_id).paid

    def test_closes_by_itself_when_its_time_is_over(self, started, standin, remote, account):
        remote.advance(33 * 60)
        standin.clockwork.tick()
        [session] = standin.store.every("checkout.session", account)
        assert session["status"] == "expired"
        [event] = standin.store.every("event", account)
        assert event["type"] == "checkout.session.expired"

    def test_what_the_seller_wrote_is_only_text(self, gateway, visitor):
        started = gateway.start_checkout(checkout(description='<b>"A" & B</b>'))
        text = visitor.get(started.url)[2]
        assert "&lt;b&gt;&quot;A&quot; &amp; B&lt;/b&gt;" in text

    def test_a_form_of_another_site_is_refused(self, started, visitor, gateway):
        status, _, _ = visitor.post(
            started.url, headers={"Origin": "http://evil.example"}, act="pay"
        )
        assert status == 403
        assert not gateway.look_up(started.session_id).paid

    def test_there_is_no_page_for_an_unknown_session(self, standin, visitor):
        assert visitor.get(f"{standin.url}/pay/cs_test_nothing")[0] == 404

    def test_the_style_sheet_is_its_own(self, standin, visitor):
        status, headers, text = visitor.get(f"{standin.url}/standin.css")
        assert (status, headers["Content-Type"]) == (200, "text/css; charset=utf-8")
        assert "url(" not in text


class TestBackstage:
    def test_lists_accounts_and_what_can_happen_to_their_payments(
        self, standin, started, visitor, account, gateway
    ):
        visitor.post(started.url, act="pay")
        assert account in visitor.get(f"{standin.url}/")[2]
        text = visitor.get(f"{standin.url}/accounts/{account}")[2]
        assert "Customer disputes" in text
        charge_id = gateway.look_up(started.session_id).charge_id
        act = f"{standin.url}/acts/{account}/dispute/{charge_id}"
        status, headers, _ = visitor.post(act, **{"from": "page"})
        assert (status, headers["Location"]) == (303, f"/accounts/{account}")
        assert "Seller wins" in visitor.get(f"{standin.url}/accounts/{account}")[2]

    def test_a_dispute_is_opened_once(self, standin, started, visitor, account, gateway):
        visitor.post(started.url, act="pay")
        charge_id = gateway.look_up(started.session_id).charge_id
        act = f"{standin.url}/acts/{account}/dispute/{charge_id}"
        assert [visitor.post(act)[0] for _ in range(2)] == [200, 400]

    def test_unknown_things_are_404(self, standin, visitor, account):
        assert visitor.get(f"{standin.url}/accounts/acct_x")[0] == 404
        assert visitor.get(f"{standin.url}/elsewhere")[0] == 404
        assert visitor.post(f"{standin.url}/acts/{account}/explode/x")[0] == 404

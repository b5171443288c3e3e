"""What the public can do with a citation: find it by two facts, pay it, appeal it."""

from datetime import UTC, datetime
from io import BytesIO
from uuid import uuid4

import pytest
import time_machine
from PIL import Image

from enforcement.models import Appeal, AppealPicture
from enforcement.operations import appeals, citations
from enforcement.operations.citations import Draft
from parkops.kernel.actors import SYSTEM

# A Tuesday, 10:15 in New York.
NOW = datetime(2026, 11, 10, 15, 15, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _at_work():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture(autouse=True)
def _first_try(monkeypatch):
    """Let every test begin with no tries counted."""
    from enforcement.views import portal

    tries: dict[str, int] = {}

    def allow(key: str, *, per_minute: int) -> bool:
        tries[key] = tries.get(key, 0) + 1
        return tries[key] <= per_minute

    monkeypatch.setattr(portal.limits, "allow", allow)


@pytest.fixture
def citation(harbor):
    draft = Draft(uuid4(), "ABC 123", "", "LOT-A", "NO-PERMIT", NOW, public_note="By the gate.")
    return citations.issue_citation(draft, by=SYSTEM, at=NOW).citation


def find(site, number: str, fact: str):
    return site.post("/citations/", {"number": number, "fact": fact})


@pytest.fixture
def visitor(site, citation):
    assert find(site, citation.number, citation.pin).status_code == 302
    return site


PLEA = {
    "grounds": "other",
    "text": "I was unloading.",
    "name": "Ada",
    "email": "ada@person.test",
}


class TestFind:
    @pytest.mark.parametrize("fact", ["pin", "abc-123", " ABC 123 "])
    def test_by_the_number_and_the_pin_or_the_plate(self, site, citation, fact):
        fact = citation.pin if fact == "pin" else fact
        found = find(site, citation.number.lower().replace("-", " "), fact)
        assert found["Location"] == f"/citations/{citation.number}/"

    @pytest.mark.parametrize(
        ("number", "fact"), [(None, "XYZ 9"), (None, "000"), (None, "--"), ("C-2026-99999-1", "x")]
    )
    def test_says_the_same_whatever_was_wrong(self, site, citation, number, fact):
        missed = find(site, number or citation.number, fact)
        assert missed.status_code == 422
        assert (
            "No citation with this number goes with this PIN or plate." in missed.content.decode()
        )

    def test_is_not_tried_for_ever(self, site, citation):
        for _ in range(10):
            assert find(site, citation.number, "000001").status_code == 422
        assert find(site, citation.number, citation.pin).status_code == 429

    def test_the_front_page_brings_the_number(self, site, harbor):
        assert 'value="C-2026-1"' in site.get("/citations/?number=C-2026-1").content.decode()

    def test_without_both_facts_it_asks_for_them(self, site, citation):
        for number in (citation.number, "C-2026-00099-1"):
            asked = site.get(f"/citations/{number}/")
            assert asked["Location"] == f"/citations/?number={number}"

    def test_staff_are_led_to_the_office(self, site, citation, alice):
        site.login_as(alice)
        led = site.get(f"/citations/{citation.number}/")
        assert led["Location"] == f"/office/citations/{citation.number}/"

    def test_another_tenant_does_not_know_it(self, visitor, other_site, citation):
        assert find(other_site, citation.number, citation.pin).status_code == 422

    def test_who_held_the_vehicle_then_needs_no_facts(self, site, citation, dana):
        from parkops.customers import operations as customers

        customer = customers.customer_for_user(dana, at=NOW)
        customers.add_vehicle(customer_id=customer.pk, plate="abc123", by=SYSTEM, at=NOW)
        site.login_as(dana)
        assert site.get(f"/citations/{citation.number}/").status_code == 200

    def test_who_got_the_vehicle_later_does(self, site, citation, dana, time_at):
        from parkops.customers import operations as customers

        customer = customers.customer_for_user(dana, at=NOW)
        with time_at(hours=1) as later:
            customers.add_vehicle(customer_id=customer.pk, plate="abc123", by=SYSTEM, at=later)
            site.login_as(dana)
            assert site.get(f"/citations/{citation.number}/").status_code == 302


class TestDetail:
    def test_shows_what_is_owed_when_and_why(self, visitor, citation):
        text = visitor.get(f"/citations/{citation.number}/").content.decode()
        for said in ("$20.00", "50% off until 17 November 2026.", "$110.00", "By the gate."):
            assert said in text
        assert "LOT-A is enforced Mon-Fri 07:00-17:30." in text
        assert citation.pin not in text

    def test_a_photo_is_for_who_found_the_citation(self, visitor, citation):
        out = BytesIO()
        Image.new("RGB", (60, 40)).save(out, "PNG")
        (photo,) = citations.add_photos(citation.number, [out.getvalue()], by=SYSTEM, at=NOW)
        path = f"/citations/{citation.number}/photos/{photo.reference}/"
        assert visitor.get(path)["Content-Type"] == "image/jpeg"
        visitor.cookies.clear()
        assert visitor.get(path).status_code == 404


class TestPay:
    def test_goes_to_the_card_page_with_what_is_owed(self, visitor, citation, monkeypatch):
        from payments import operations as payments

        asked = {}

        def start(**given):
            asked.update(given)
            return type("Started", (), {"redirect_url": "https://pay.test/1"})()

        monkeypatch.setattr(payments, "start_card_payment", start)
        gone = visitor.post(f"/citations/{citation.number}/pay/", {"email": "ada@person.test"})
        assert gone["Location"] == "https://pay.test/1"
        assert asked["return_path"] == f"/citations/{citation.number}/"
        assert asked["email"] == "ada@person.test"

    def test_a_voided_citation_takes_no_money(self, visitor, citation):
        citations.void_citation(citation.number, reason="x", by=SYSTEM, at=NOW)
        assert visitor.post(f"/citations/{citation.number}/pay/", {}).status_code == 422
        text = visitor.get(f"/citations/{citation.number}/").content.decode()
        assert "The office voided this citation." in text


class TestAppeal:
    def test_with_words_and_a_picture_and_follow_it(self, visitor, citation):
        out = BytesIO()
        Image.new("RGB", (60, 40)).save(out, "PNG")
        out.seek(0)
        out.name = "sign.png"
        path = f"/citations/{citation.number}/appeal/"
        assert 'datetime="2026-12-01"' in visitor.get(path).content.decode()
        done = visitor.post(path, PLEA | {"pictures": [out]})
        appeal = Appeal.objects.get()
        assert done["Location"].startswith("/appeals/")
        assert AppealPicture.objects.get().appeal == appeal
        text = visitor.get(done["Location"]).content.decode()
        assert appeal.number in text
        assert "I was unloading." in text
        text = visitor.get(f"/citations/{citation.number}/").content.decode()
        assert "Your appeal is being looked at." in text
        assert "I was unloading." not in text

    def test_keeps_what_was_typed_when_something_is_missing(self, visitor, citation):
        refused = visitor.post(f"/citations/{citation.number}/appeal/", PLEA | {"email": "ada"})
        assert refused.status_code == 422
        assert "I was unloading." in refused.content.decode()
        assert not Appeal.objects.exists()

    def test_clicked_twice_it_is_one_and_another_word_is_refused(self, visitor, citation):
        path = f"/citations/{citation.number}/appeal/"
        first, again = (visitor.post(path, PLEA) for _ in range(2))
        assert (first.status_code, again.status_code) == (302, 302)
        assert first["Location"].partition("?")[0] == again["Location"].partition("?")[0]
        assert Appeal.objects.count() == 1
        for other in ({"text": "Something else."}, {"email": "eve@person.test"}, {"name": "Eve"}):
            assert visitor.post(path, PLEA | other).status_code == 422
        assert Appeal.objects.count() == 1

    def test_once_only(self, visitor, citation):
        plea = appeals.Plea("other", "x", "Ada", "ada@person.test")
        appeals.file_appeal(citation.number, plea, by=SYSTEM, at=NOW)
        refused = visitor.post(f"/citations/{citation.number}/appeal/", PLEA)
        assert refused.status_code == 422
        assert "waits for its decision" in refused.content.decode()

"""The pages and the API call by which a permit is switched for another type."""

import re

import pytest
from django.utils import timezone

from parkops.customers import operations as customers
from permits.models import Permit
from tests.seed import PROGRAMMES

pytestmark = pytest.mark.django_db
CAMPUS = """  - code: LOT-MONTH
    name: A month in the south lot
    grants: [{zones: [LOT-B], when: always}]
    term: {kind: rolling, months: 1}
    price: {base: "20.00"}
    vehicles: {max: 2}
    switch: {to: [MONTH]}
"""


def text_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.fixture(autouse=True)
def two_months(apply_programme):
    text = (PROGRAMMES / "harbor.yaml").read_text()
    apply_programme(text.replace("  - code: MONTH\n", CAMPUS + "  - code: MONTH\n", 1))


@pytest.fixture
def mine(dana, sell):
    """Dana's permit for the south lot, sold just now."""
    now = timezone.now()
    return sell(customers.customer_for_user(dana, at=now), "LOT-MONTH", "8KRT 204", at=now)


def test_the_holder_chooses_sees_the_difference_and_pays(site, dana, mine):
    site.login_as(dana)
    where = f"/permits/{mine.number}/switch/"
    assert "Switch to another permit" in text_of(site.get(f"/permits/{mine.number}/"))
    assert "A month" in text_of(site.get(where))
    shown = text_of(site.get(where, {"permit_type": "MONTH"}))
    assert "Unused part of A month in the south lot" in shown
    step = site.post(where, {"to": "MONTH"})
    fresh = Permit.objects.get(replaces=mine)
    assert step["Location"] == f"/permits/{fresh.number}/pay/"
    assert "A switch waits for its payment." in text_of(site.get(where))


def test_a_refusal_says_why(site, dana, mine):
    site.login_as(dana)
    answer = site.post(f"/permits/{mine.number}/switch/", {"to": "EVENING"})
    assert answer.status_code == 422
    assert "is not switched to Evenings online" in text_of(answer)


def test_nobody_elses_is_switched(site, other_site, dana, charlie, mine, person, sell):
    other = sell(person("zoe"), "LOT-MONTH", at=timezone.now())
    site.login_as(dana)
    assert site.post(f"/permits/{other.number}/switch/", {"to": "MONTH"}).status_code == 404
    other_site.login_as(charlie)
    assert other_site.get(f"/office/permits/{mine.number}/switch/").status_code == 404
    assert not Permit.objects.filter(replaces__isnull=False).exists()


def test_staff_see_the_difference_before_they_switch(site, clara, mine):
    site.login_as(clara)
    where = f"/office/permits/{mine.number}/switch/"
    assert site.get(where).status_code == 200
    asked = {"permit_type": "MONTH", "reason": "Works at both sites"}
    shown = text_of(site.post(where, {**asked, "act": "price"}))
    assert "Difference" in shown
    assert not Permit.objects.filter(replaces=mine).exists()
    step = site.post(where, {**asked, "act": "switch"})
    fresh = Permit.objects.get(replaces=mine)
    assert step["Location"] == f"/office/permits/{fresh.number}/"
    assert "Switched from" in text_of(site.get(step["Location"]))


def test_over_the_api(site, token, mine):
    headers = token("permits:write")
    more = {"content_type": "application/json", "headers": headers}
    where = f"/api/v1/permits/{mine.number}/switch"
    quote = site.post(f"{where}/quote", {"permit_type": "MONTH"}, **more).json()
    assert sum(float(line["amount"]["amount"]) for line in quote["lines"]) == pytest.approx(
        float(quote["difference"]["amount"])
    )
    made = site.post(where, {"permit_type": "MONTH"}, **more)
    assert made.status_code == 201
    assert made.json()["charge"]["balance"] == quote["to_pay"]
    assert made.json()["switched_from"] == mine.number
    again = site.post(where, {"permit_type": "EVENING"}, **more)
    assert (again.status_code, again.json()["code"]) == (409, "switch_open")


def test_the_api_says_who_may_not(site, token, mine):
    more = {"content_type": "application/json", "headers": token("permits:write")}
    where = f"/api/v1/permits/{mine.number}/switch"
    answer = site.post(where, {"permit_type": "EVENING"}, **more)
    assert (answer.status_code, answer.json()["code"]) == (422, "not_switchable")
    reading = {**more, "headers": token("permits:read")}
    assert site.post(where, {"permit_type": "MONTH"}, **reading).status_code == 403

"""One price, line by line: on the page before buying, in the API, on the receipt, in the ledger."""

import json
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
import time_machine

from parkops.customers import operations as customers
from parkops.kernel.actors import SYSTEM
from parkops.kernel.money import Money
from payments import links
from payments import operations as payments
from payments.models import Charge, LedgerEntry, Payment
from permits.models import Permit

pytestmark = pytest.mark.django_db

TUESDAY = datetime(2026, 11, 10, 15, 15, tzinfo=UTC)
EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
FIXED = "{kind: fixed, from: 2026-09-01, to: 2027-06-01}"
MONTHS = "{kind: rolling, months: 6}"
IN, OUT = (
    "{name: VAT, rate: '25.5%', included: true}",
    "{name: HST, rate: '13%', included: false}",
)

PROGRAMME = """\
schema: 1
programme: {{name: T, timezone: America/New_York, currency: USD}}
tax: {tax}
audiences: [{{code: STAFF, name: Staff}}, {{code: HALF, name: Half-time}}]
zones: [{{code: A, name: A, kind: lot}}]
permit_types:
  - code: P
    name: Permit
    grants: [{{zones: [A]}}]
    vehicles: {{max: 2}}
    term: {term}
    price: {price}
    {more}
"""


def told(tax: str, term: str, price: str, more: str = "visibility: listed") -> str:
    return PROGRAMME.format(tax=tax, term=term, price=price, more=more)


def lines_on(page: str) -> list[tuple[str, str]]:
    """The lines of the first price on a page: what, and how much as a plain number."""
    listed = re.search(r'<ol class="because">(.*?)</ol>', page, re.DOTALL)
    found = []
    for row in re.findall(r"<li[^>]*>(.*?)</li>", listed[1], re.DOTALL):
        text, amount = re.findall(r">([^<>]*[^<>\s][^<>]*)<", f">{row}<")[:2]
        negative = "-" if re.search(r"[-\u2212]", amount) else ""
        number = negative + re.sub(r"[^0-9.]", "", amount)
        found.append((" ".join(unescape(text).split()), number))
    return found


class Buyer:
    """Dana, who buys on the site, and a system that asks for the same through the API."""

    def __init__(self, site, headers, customer):
        self.site, self.headers, self.customer = site, headers, customer

    def look(self, code: str, plates: list[dict], *, hours: int = 0) -> str:
        """Answer every question; gives the page with the answers and the price."""
        step = self.site.get(f"/permits/buy/{code}/")
        for n, plate in enumerate(plates, 1):
            act = "next" if n == len(plates) else "add"
            step = self.site.post("/permits/buy/vehicle/", plate | {"act": act})
        if step["Location"] == "/permits/buy/dates/":
            asked = {"start_on": "2026-11-10", "start_time": "11:00"}
            step = self.site.post(step["Location"], asked | ({"hours": hours} if hours else {}))
        assert step["Location"] == "/permits/buy/check/", step.content
        return self.site.get(step["Location"]).content.decode()

    def quote(self, code: str, plates: list[dict], *, hours: int = 0):
        body = {"permit_type": code, "customer": str(self.customer.reference), "vehicles": plates}
        if hours:
            body |= {
                "start": "2026-11-10T11:00:00-05:00",
                "end": f"2026-11-10T{11 + hours}:00:00-05:00",
            }
        return self.site.post(
            "/api/v1/quotes", json.dumps(body), "application/json", headers=self.headers
        )


@pytest.fixture
def buyer(site, dana, token):
    with time_machine.travel(TUESDAY, tick=False):
        customer = customers.customer_for_user(dana, at=TUESDAY)
        changes = {"audiences": ["STAFF"]}
        customers.change_customer(customer.pk, changes=changes, by=SYSTEM, at=TUESDAY)
        yield Buyer(site.login_as(dana), token("admin"), customer)


@pytest.fixture
def sells(apply_programme, buyer):
    """Let this text be the program now, with the audiences that it names for the buyer."""

    def use(text: str, *audiences: str) -> None:
        apply_programme(text, at=TUESDAY)
        changes = {"audiences": list(audiences)}
        customers.change_customer(buyer.customer.pk, changes=changes, by=SYSTEM, at=TUESDAY)

    return use


# The books of the tests are kept in dollars.
CITY = (EXAMPLES / "city.yaml").read_text().replace("currency: GBP", "currency: USD")
CAR = {"plate": "ABC 123", "region": "NY"}
DIRTY = CAR | {"fuel": "diesel", "co2": 180, "euro": 4}
CASES = {
    "plain": (told(OUT, MONTHS, '{base: "60.00"}'), "P", [CAR], {}),
    "daily": (told(OUT, FIXED, '{base: "365.00", prorate: daily}'), "P", [CAR], {}),
    "monthly": (told(IN, FIXED, '{base: "360.00", prorate: monthly}'), "P", [CAR], {}),
    "half-monthly": (told(OUT, FIXED, '{base: "199.99", prorate: half-monthly}'), "P", [CAR], {}),
    "never prorated": (told(IN, FIXED, '{base: "99.95", prorate: none}'), "P", [CAR], {}),
    "days": (told(OUT, "{kind: days, days: 3}", '{base: "9.99"}'), "P", [CAR], {}),
    "hours": (
        told(IN, "{kind: hours, min: 1, max: 12}", '{base: "1.45"}'),
        "P",
        [CAR],
        {"hours": 3},
    ),
    "seasons": (
        told(
            OUT,
            MONTHS,
            '{base: "5.00", months: [{season: 01-01..02-29, amount: "33.33"},'
            ' {season: 03-01..12-31, amount: "50.00"}]}',
        ),
        "P",
        [CAR],
        {},
    ),
    "added and multiplied": (
        told(
            OUT,
            FIXED,
            '{base: "100.01", prorate: daily, add: [{if: {vehicle.fuel: diesel}, amount: "18.00"},'
            ' {if: {vehicle.co2: ">=151"}, amount: "7.77"}, {amount: "-3.00"}],'
            ' times: [{if: {customer.audience: HALF}, factor: "0.333"}], floor: "1.00"}',
        ),
        "P",
        [DIRTY],
        {},
    ),
    "not below the floor": (
        told(IN, MONTHS, '{base: "30.00", times: [{factor: "0.1"}], floor: "20.00"}'),
        "P",
        [CAR, CAR | {"plate": "DEF 456"}],
        {},
    ),
    "a deposit on top": (told(OUT, MONTHS, '{base: "60.00"}', 'deposit: "20.00"'), "P", [CAR], {}),
    "the campus": ((EXAMPLES / "campus.yaml").read_text(), "C-YEAR", [CAR], {}),
    "the city": (CITY, "RES-1", [DIRTY], {}),
}


@pytest.mark.parametrize("case", CASES)
def test_the_same_lines_wherever_one_looks(case, buyer, sells):
    text, code, plates, more = CASES[case]
    sells(text, *re.findall(r"code: (STAFF|HALF|RESIDENT|TEMPORARY|LOW-INCOME)\b", text))

    page = lines_on(buyer.look(code, plates, **more))
    quote = buyer.quote(code, plates, **more).json()
    lines = [(line["text"], line["amount"]["amount"]) for line in quote["lines"]]
    assert page[: len(lines)] == lines
    assert page[-1][1] == quote["total"]["amount"]
    assert sum(round(float(amount) * 100) for _, amount in lines) == round(
        float(quote["total"]["amount"]) * 100
    )

    # Bought on the page and paid at the counter through the API.
    held = buyer.site.post("/permits/buy/check/")
    permit = Permit.objects.get()
    assert held["Location"].startswith(f"/permits/{permit.number}/")
    charge = Charge.objects.get(kind="permit")
    body = {"charges": [str(charge.public_id)], "method": "cash"}
    paid = buyer.site.post(
        "/api/v1/payments", json.dumps(body), "application/json", headers=buyer.headers
    )
    assert paid.status_code == 201, paid.content
    receipt = buyer.site.get(links.receipt_path(Payment.objects.get())).content.decode()
    if len(lines) > 1:
        assert lines_on(receipt) == lines
    assert f"{quote['total']['amount']}" in receipt

    # Net earned, tax owed, and nothing that the customer still owes for it.
    posted = {}
    for entry in LedgerEntry.objects.filter(charge=charge):
        posted.setdefault(entry.account.code, []).append(entry.amount_minor)
    total, tax = (round(float(quote[name]["amount"]) * 100) for name in ("total", "tax"))
    assert posted["4000"] == [tax - total]
    assert posted.get("2000", []) == ([-tax] if tax else [])
    assert sorted(posted["1100"]) == [-total, total]


@pytest.mark.parametrize(
    ("more", "others", "code", "reason"),
    [
        pytest.param("audience: [HALF]", 0, "not_eligible", "For Half-time.", id="audience"),
        pytest.param(
            "on_sale: {from: 2026-12-01, cohorts: [{audience: [STAFF], from: 2026-11-20 08:00}]}",
            0,
            "not_on_sale",
            "is on sale from 20 Nov 2026, 08:00",
            id="cohort",
        ),
        pytest.param(
            'quota: {total: 1, oversell: "50%"}', 1, "sold_out", "is sold out", id="quota"
        ),
        pytest.param("blocked_by_debt: true", 0, "debt", "1 overdue citation, $40.00", id="debt"),
        pytest.param("per_customer: 1", 1, "per_customer", "At most one a customer", id="limit"),
    ],
)
def test_the_same_no_wherever_one_asks(buyer, sells, more, others, code, reason):
    sells(told(OUT, MONTHS, '{base: "60.00"}', more), "STAFF")
    if code == "debt":
        payments.raise_charge(
            kind="citation",
            reference="T-2026-00001-0",
            text="No valid permit",
            net=Money(4000, "USD"),
            tax=Money(0, "USD"),
            customer_id=buyer.customer.pk,
            plate_key="ABC123",
            due_on=TUESDAY.date() - timedelta(days=30),
            revenue="4100",
            by=SYSTEM,
            at=TUESDAY - timedelta(days=40),
        )
    for _ in range(others):
        bought = buyer.site.post(
            "/api/v1/permits",
            json.dumps({"permit_type": "P", "customer": str(buyer.customer.reference)}),
            "application/json",
            headers=buyer.headers,
        )
        assert bought.status_code == 201, bought.content
    refused = buyer.quote("P", [CAR])
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert reason in json.dumps(refused.json())
    shop = unescape(buyer.site.get("/permits/").content.decode())
    assert reason in shop

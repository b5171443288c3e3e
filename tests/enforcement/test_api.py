"""Plate checks, citations and appeals over HTTP, as devices and other systems call them."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from uuid import uuid4

import pytest
import time_machine
from django.core.files.storage import default_storage
from PIL import Image

from enforcement.models import Citation, CitationPhoto, PlateCheck
from parkops.kernel.actors import SYSTEM
from parkops.kernel.money import Money

# A Tuesday, 10:15 in New York.
NOW = datetime(2026, 11, 10, 15, 15, tzinfo=UTC)
API = "/api/v1"


@pytest.fixture(autouse=True)
def _at_work():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def call(site, token):
    """Call the API as a device: `call("POST", "/plate-checks", {...})` gives the response."""
    header = token("enforcement:read", "enforcement:write")

    def send(method: str, path: str, body: object = None, **more):
        sender = getattr(site, method.lower())
        kind = {} if method == "GET" else {"content_type": "application/json"}
        return sender(f"{API}{path}", body or {}, headers=header | more, **kind)

    return send


def check(call, plate: str = "ABC 123", **more) -> dict:
    response = call("POST", "/plate-checks", {"plate": plate, "zone": "LOT-A"} | more)
    assert response.status_code == 200, response.content
    return response.json()


def cite(call, plate: str = "ABC 123", status: int = 201, **more) -> dict:
    body = {
        "client_id": str(uuid4()),
        "plate": plate,
        "zone": "LOT-A",
        "violation": "NO-PERMIT",
        "at": NOW.isoformat(),
    }
    response = call("POST", "/citations", body | more)
    assert response.status_code == status, response.content
    return response.json()


def pay(number: str, amount: str | None = None, *, at: datetime = NOW):
    from payments import operations as payments
    from payments import queries as charges

    charge = charges.charge_of("citation", number)
    return payments.take_payment(
        charge_ids=[charge.id],
        method="cash",
        amount=None if amount is None else Money.parse(amount, "USD"),
        by=SYSTEM,
        at=at,
    )


def refused_fields(response) -> list[str]:
    assert response.status_code == 422, response.content
    return [error["field"] for error in response.json()["errors"]]


class TestPlateChecks:
    def test_answers_as_the_contract_says(self, call):
        assert check(call) == {
            "plate": "ABC 123",
            "plate_key": "ABC123",
            "region": "",
            "zone": "LOT-A",
            "at": "2026-11-10T10:15:00-05:00",
            "verdict": "unauthorized",
            "until": None,
            "rights": [],
            "alerts": [],
            "violations": [
                {
                    "code": "NO-PERMIT",
                    "name": "No valid permit",
                    "fine": {"amount": "40.00", "currency": "USD"},
                    "nth": 1,
                    "sanction": "fine",
                }
            ],
            "near_misses": [],
            "unpaid": {"count": 0, "owed": {"amount": "0.00", "currency": "USD"}},
            "because": [
                "LOT-A is enforced Mon-Fri 07:00-17:30.",
                "No permit, pass or paid session holds in LOT-A.",
            ],
            "programme_version": 1,
        }

    def test_keeps_who_looked_at_what(self, call):
        answer = check(call, plate="a-b c.123", position={"lat": 42.1, "lon": -71})
        kept = PlateCheck.objects.get()
        assert (kept.plate_text, kept.plate_key, kept.actor_kind) == (
            "a-b c.123",
            "ABC123",
            "token",
        )
        assert (kept.lat, kept.lon, kept.answer) == (42.1, -71.0, answer)

    def test_answers_for_any_instant(self, call):
        assert check(call, at="2026-11-08T12:00:00Z")["verdict"] == "not_enforced"

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"plate": " -. "}, "plate"),
            ({"plate": ""}, "plate"),
            ({"plate": ["ABC"]}, "plate"),
            ({"plate": "A" * 13}, "plate"),
            ({"zone": "LOT-Z"}, "zone"),
            ({"at": "2026-11-10T10:15:00"}, "at"),
            ({"at": "invalid-timestamp"}, "at"),
            ({"position": {"lat": 90.1, "lon": 0}}, "position.lat"),
            ({"position": {"lat": 0, "lon": -999}}, "position.lon"),
            ({"position": {"lat": "north", "lon": 0}}, "position.lat"),
        ],
    )
    def test_names_what_cannot_be_used(self, call, change, field):
        response = call("POST", "/plate-checks", {"plate": "ABC123", "zone": "LOT-A"} | change)
        assert refused_fields(response) == [field]
        assert not PlateCheck.objects.exists()

    @pytest.mark.parametrize("position", [{"lat": 90, "lon": 180}, {"lat": -90, "lon": -180}])
    def test_takes_the_ends_of_the_earth(self, call, position):
        check(call, position=position)

    def test_a_batch_answers_in_its_order(self, call):
        reads = [
            {"id": n, "plate": f"AB{n}", "zone": zone, "at": NOW.isoformat()}
            for n, zone in enumerate(["LOT-A", "CAMPUS", "LOT-B"])
        ]
        results = call("POST", "/plate-checks/batch", {"reads": reads}).json()["results"]
        assert [(r["id"], r["verdict"]) for r in results] == [
            (0, "unauthorized"),
            (1, "not_enforced"),
            (2, "unauthorized"),
        ]
        assert PlateCheck.objects.filter(source="batch").count() == 3

    def test_a_batch_with_a_bad_read_names_it_and_keeps_none(self, call):
        reads = [
            {"id": "a", "plate": "AB1", "zone": zone, "at": NOW.isoformat()}
            for zone in ("LOT-A", "X9")
        ]
        response = call("POST", "/plate-checks/batch", {"reads": reads})
        assert refused_fields(response) == ["reads.1.zone"]
        assert not PlateCheck.objects.exists()

    def test_a_batch_asks_no_more_the_longer_it_is(self, call, django_assert_max_num_queries):
        reads = [
            {"id": n, "plate": f"AB{n:03}", "zone": "CAMPUS", "at": NOW.isoformat()}
            for n in range(200)
        ]
        with django_assert_max_num_queries(20):
            call("POST", "/plate-checks/batch", {"reads": reads})


class TestObservations:
    def mark(self, call, minutes_ago: int, **more) -> dict:
        at = (NOW - timedelta(minutes=minutes_ago)).isoformat()
        body = {"plate": "ABC123", "zone": "QUICK", "at": at} | more
        response = call("POST", "/observations", body)
        assert response.status_code == 201, response.content
        return response.json()

    @pytest.mark.parametrize(
        ("minutes", "verdict"),
        [(119, "authorized"), (120, "grace"), (124, "grace"), (125, "overtime")],
    )
    def test_start_the_clock_of_a_stay(self, call, minutes, verdict):
        # 13:00 in New York, so that all of the stay is within the hours.
        later = NOW + timedelta(minutes=165)
        at = (later - timedelta(minutes=minutes)).isoformat()
        call("POST", "/observations", {"plate": "ABC 123", "zone": "quick", "at": at})
        answer = check(call, zone="QUICK", at=later.isoformat())
        assert answer["verdict"] == verdict

    def test_overtime_proposes_what_it_raises(self, call):
        later = NOW + timedelta(minutes=165)
        self.mark(call, 0)
        answer = check(call, zone="QUICK", at=later.isoformat())
        assert [(v["code"], v["fine"]["amount"], v["sanction"]) for v in answer["violations"]] == [
            ("OVERSTAY", "0.00", "warning")
        ]

    def test_continue_the_stay_and_say_since_when(self, call):
        self.mark(call, 40)
        told = self.mark(call, 10)
        assert told["stay"] == {
            "since": "2026-11-10T09:35:00-05:00",
            "limit_ends": "2026-11-10T11:35:00-05:00",
        }


class TestCitations:
    def test_issued_with_what_is_owed_and_why(self, call):
        told = cite(call)
        assert told["status"] == "issued"
        assert told["fine"] == {"amount": "40.00", "currency": "USD"}
        assert told["owed"] == {"amount": "20.00", "currency": "USD"}
        assert told["due_on"] == "2026-11-24"
        assert [(s["from"], s["owed"]["amount"]) for s in told["steps"]] == [
            ("2026-11-10", "20.00"),
            ("2026-11-18", "40.00"),
            ("2026-11-25", "55.00"),
            ("2026-12-09", "110.00"),
            ("2027-01-10", "110.00"),
        ]
        assert len(told["pin"]) == 6
        assert told["because"][-1] == "Number 1 of NO-PERMIT on this plate brings $40.00."

    def test_the_same_client_id_is_the_same_citation(self, call):
        again = str(uuid4())
        first = cite(call, client_id=again)
        assert cite(call, plate="OTHER1", client_id=again, status=200) == first
        assert Citation.objects.count() == 1

    def test_raises_exactly_one_charge_with_the_discount(self, call):
        from payments import queries as charges

        charge = charges.charge_of("citation", cite(call)["number"])
        assert (charge.amount, charge.plate_key) == (Money(2_000, "USD"), "ABC123")

    def test_a_warning_owes_nothing_and_has_no_charge(self, call):
        from payments import queries as charges

        told = cite(call, warning=True)
        assert (told["status"], told["fine"]["amount"], told["owed"]["amount"]) == (
            "warning",
            "0.00",
            "0.00",
        )
        assert charges.charge_of("citation", told["number"]) is None

    def test_the_ladder_counts_warnings_and_not_what_was_voided(self, call):
        def fine(days_ago: int) -> str:
            at = (NOW - timedelta(days=days_ago)).isoformat()
            return cite(call, at=at)["fine"]["amount"]

        assert [fine(9), fine(8), fine(7)] == ["40.00", "40.00", "80.00"]
        first = Citation.objects.order_by("issued_at").first()
        call("POST", f"/citations/{first.number}/void", {"reason": "typing error"})
        assert fine(6) == "80.00"
        assert [fine(5), Citation.objects.order_by("-id").first().nth] == ["80.00", 4]

    def test_a_verdict_that_disagrees_is_a_flag(self, call):
        told = cite(call, at="2026-11-08T12:00:00Z")
        assert told["flags"] == ["verdict_not_enforced"]

    def test_one_more_on_a_day_is_a_flag_and_is_not_proposed(self, call):
        cite(call)
        answer = check(call)
        assert answer["violations"] == []
        assert answer["because"][-1].startswith("NO-PERMIT was cited here on 10 November at 10:15")
        assert "cited_already" in cite(call)["flags"]
        assert check(call, at="2026-11-11T15:00:00Z")["violations"][0]["nth"] == 3

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"plate": "--"}, "plate"),
            ({"zone": "NOWHERE"}, "zone"),
            ({"violation": "NOTHING"}, "violation"),
            ({"violation": "OVERSTAY"}, "violation"),
            ({"client_id": "7"}, "client_id"),
            ({"at": "2026-11-10T10:15:00"}, "at"),
            ({"at": "2026-11-10T15:21:00Z"}, "at"),
        ],
    )
    def test_names_what_cannot_be_used(self, call, change, field):
        body = {
            "client_id": str(uuid4()),
            "plate": "ABC123",
            "zone": "LOT-A",
            "violation": "NO-PERMIT",
            "at": NOW.isoformat(),
        }
        assert refused_fields(call("POST", "/citations", body | change)) == [field]
        assert not Citation.objects.exists()

    @pytest.mark.parametrize(
        ("days", "owed", "status"),
        [
            (7, "20.00", "issued"),
            (8, "40.00", "issued"),
            (29, "110.00", "issued"),
            (61, "110.00", "collections"),
        ],
    )
    def test_stand_as_of_any_instant(self, call, days, owed, status):
        number = cite(call)["number"]
        as_of = (NOW + timedelta(days=days)).isoformat().replace("+", "%2B")
        told = call("GET", f"/citations/{number}?as_of={as_of}").json()
        assert (told["owed"]["amount"], told["status"]) == (owed, status)

    def test_a_partial_payment_reduces_what_is_owed_and_not_the_steps(self, call):
        number = cite(call)["number"]
        pay(number, "5.00")
        told = call("GET", f"/citations/{number}").json()
        assert (told["owed"]["amount"], told["paid"]["amount"]) == ("15.00", "5.00")
        late = call("GET", f"/citations/{number}?as_of=2026-12-09T15:00:00Z").json()
        assert late["owed"]["amount"] == "105.00"

    def test_paid_is_paid_and_cannot_be_voided(self, call):
        number = cite(call)["number"]
        pay(number)
        told = call("GET", f"/citations/{number}").json()
        assert (told["status"], told["owed"]["amount"], told["steps"]) == ("paid", "0.00", [])
        before = call("GET", f"/citations/{number}?as_of=2026-11-10T15:14:00Z").json()
        assert before["status"] == "issued"
        response = call("POST", f"/citations/{number}/void", {"reason": "typing error"})
        assert (response.status_code, response.json()["code"]) == (409, "paid")

    def test_voided_owes_nothing(self, call):
        from payments import queries as charges

        number = cite(call)["number"]
        response = call("POST", f"/citations/{number}/void", {"reason": "typing error"})
        assert (response.status_code, response.json()["status"]) == (200, "voided")
        assert charges.charge_of("citation", number).balance.minor == 0
        again = call("POST", f"/citations/{number}/void", {"reason": "typing error"})
        assert again.status_code == 409

    def test_lists_by_what_is_asked(self, call):
        one = cite(call)
        two = cite(call, plate="XYZ 9", warning=True)
        pay(one["number"])

        def numbers(query: str) -> list[str]:
            response = call("GET", f"/citations?{query}")
            assert response.status_code == 200, response.content
            return [item["number"] for item in response.json()["items"]]

        assert numbers("") == [two["number"], one["number"]]
        assert numbers("plate=xyz-9") == [two["number"]]
        assert numbers("status=paid") == [one["number"]]
        assert numbers("status=warning") == [two["number"]]
        assert numbers("violation=no-permit&from=2026-11-10&to=2026-11-11") == numbers("")
        assert numbers("to=2026-11-10") == []
        assert numbers("from=2026-11-10T15:15:01Z") == []
        assert call("GET", "/citations?status=lost").status_code == 422

    def test_pages_by_cursor(self, call):
        for _ in range(3):
            cite(call)
        first = call("GET", "/citations?limit=2").json()
        second = call("GET", f"/citations?limit=2&cursor={first['next']}").json()
        found = [item["number"] for item in first["items"] + second["items"]]
        assert (len(set(found)), second["next"]) == (3, None)

    def test_another_tenant_s_is_not_there(self, call, other_site, hillside):
        from django_tenants.utils import tenant_context

        from parkops.accounts import operations as accounts

        number = cite(call)["number"]
        with tenant_context(hillside):
            secret = accounts.create_token(name="t", scopes=["admin"], by=SYSTEM, at=NOW)[1]
        header = {"authorization": f"Bearer {secret}"}
        for path in (f"/citations/{number}", f"/citations/{number}/void"):
            asked = other_site.get if path.endswith(number) else other_site.post
            more = {} if asked == other_site.get else {"content_type": "application/json"}
            response = asked(f"{API}{path}", {"reason": "x"}, headers=header, **more)
            assert response.status_code == 404


class TestPhotos:
    def picture(self, taken: str = "2026:11:10 10:14:30") -> BytesIO:
        out = BytesIO()
        exif = Image.Exif()
        exif[0x010F] = "Camera"
        exif[0x0112] = 6  # lying on its side
        exif.get_ifd(0x8769)[0x9003] = taken
        Image.new("RGB", (60, 40)).save(out, "JPEG", exif=exif)
        out.seek(0)
        out.name = "car.jpg"
        return out

    def add(self, site, token, number: str, file, status: int = 201) -> dict:
        header = token("enforcement:write")
        response = site.post(f"{API}/citations/{number}/photos", {"photo": file}, headers=header)
        assert response.status_code == status, response.content
        return response.json()

    def test_that_were_taken_when_no_calendar_reaches_say_no_time(self, site, token, call):
        number = cite(call)["number"]
        told = self.add(site, token, number, self.picture("9999:12:31 23:59:59"))
        assert told["taken_at"] is None

    def test_are_kept_twice_and_shown_without_metadata(self, site, token, call):
        number = cite(call)["number"]
        told = self.add(site, token, number, self.picture())
        assert (told["width"], told["height"]) == (40, 60)
        assert told["taken_at"] == "2026-11-10T10:14:30-05:00"
        kept = CitationPhoto.objects.get()
        with default_storage.open(kept.original) as original:
            assert original.read() == self.picture().read()
        with default_storage.open(kept.shown) as shown, Image.open(shown) as image:
            assert (image.size, dict(image.getexif())) == ((40, 60), {})
        assert call("GET", f"/citations/{number}").json()["photos"][0]["id"] == told["id"]

    def test_the_same_file_is_one_photo(self, site, token, call):
        number = cite(call)["number"]
        first = self.add(site, token, number, self.picture())
        assert self.add(site, token, number, self.picture())["id"] == first["id"]

    @pytest.mark.parametrize("content", [b"", b"not a picture", b"\x89PNG\r\n\x1a\n broken"])
    def test_what_is_no_picture_is_refused(self, site, token, call, content):
        file = BytesIO(content)
        file.name = "car.jpg"
        number = cite(call)["number"]
        told = self.add(site, token, number, file, status=422)
        assert [error["field"] for error in told["errors"]] == ["photo"]

    def test_a_body_too_large_is_413(self, site, token, call):
        file = BytesIO(b"x" * (16 * 1024 * 1024))
        file.name = "car.jpg"
        self.add(site, token, cite(call)["number"], file, status=413)


class TestAppeals:
    def appeal(self, call, number: str, status: int = 201, **more) -> dict:
        body = {
            "grounds": "other",
            "text": "I was unloading.",
            "name": "Ada",
            "email": "ada@x.test",
        }
        response = call("POST", f"/citations/{number}/appeals", body | more)
        assert response.status_code == status, response.content
        return response.json()

    def decide(self, call, appeal: str, outcome: str, status: int = 200, **more) -> dict:
        body = {"outcome": outcome, "reason_code": "other", "text": "Looked at."}
        response = call("POST", f"/appeals/{appeal}/decision", body | more)
        assert response.status_code == status, response.content
        return response.json()

    def test_stops_the_clock_until_it_is_decided(self, call, time_at):
        number = cite(call)["number"]
        filed = self.appeal(call, number)
        assert (filed["level"], filed["status"]) == ("review", "open")
        far = call("GET", f"/citations/{number}?as_of=2027-03-01T12:00:00Z").json()
        assert (far["status"], far["owed"]["amount"]) == ("on_appeal", "20.00")
        with time_at(days=30):
            decided = self.decide(call, filed["id"], "upheld")
            assert decided["citation"]["owed"]["amount"] == "20.00"
        with time_at(days=38):
            assert call("GET", f"/citations/{number}").json()["owed"]["amount"] == "40.00"

    def test_dismissed_owes_nothing_and_gives_money_back(self, call):
        from payments import queries as charges
        from payments.models import Refund

        number = cite(call)["number"]
        pay(number)
        filed = self.appeal(call, number)
        decided = self.decide(call, filed["id"], "dismissed")
        assert decided["citation"] == {
            "number": number,
            "status": "dismissed",
            "owed": {"amount": "0.00", "currency": "USD"},
        }
        assert charges.charge_of("citation", number).amount.minor == 0
        assert [refund.amount_minor for refund in Refund.objects.all()] == [2_000]

    def test_reduced_is_what_is_owed(self, call, time_at):
        number = cite(call)["number"]
        filed = self.appeal(call, number)
        told = self.decide(call, filed["id"], "reduced", amount="25.00")
        assert told["citation"]["owed"]["amount"] == "25.00"
        with time_at(days=15):
            assert call("GET", f"/citations/{number}").json()["owed"]["amount"] == "40.00"

    def test_reduced_below_what_was_paid_gives_the_rest_back(self, call, time_at):
        from payments.models import Refund

        number = cite(call)["number"]
        with time_at(days=15):
            pay_at = call("GET", f"/citations/{number}").json()["owed"]["amount"]
            assert pay_at == "55.00"
            pay(number, "55.00", at=NOW + timedelta(days=15))
            filed = self.appeal(call, number)
            told = self.decide(call, filed["id"], "reduced", amount={"amount": "10.00"})
        assert told["citation"]["status"] == "paid"
        assert [refund.amount_minor for refund in Refund.objects.all()] == [4_500]

    @pytest.mark.parametrize(
        ("more", "field"),
        [
            ({"outcome": "reduced"}, "amount"),
            ({"outcome": "reduced", "amount": "40.00"}, "amount"),
            ({"outcome": "forgotten"}, "outcome"),
            ({"outcome": "upheld", "reason_code": "whim"}, "reason_code"),
        ],
    )
    def test_a_decision_that_does_not_fit_is_refused(self, call, more, field):
        filed = self.appeal(call, cite(call)["number"])
        body = {"reason_code": "other", "text": "x"} | more
        response = call("POST", f"/appeals/{filed['id']}/decision", body)
        assert refused_fields(response) == [field]

    def test_is_decided_once(self, call):
        filed = self.appeal(call, cite(call)["number"])
        self.decide(call, filed["id"], "upheld")
        assert self.decide(call, filed["id"], "dismissed", status=409)["code"] == "decided"

    def test_two_levels_and_no_more(self, call):
        number = cite(call)["number"]
        for level in ("review", "hearing"):
            filed = self.appeal(call, number)
            assert filed["level"] == level
            self.decide(call, filed["id"], "upheld")
        assert self.appeal(call, number, status=409)["code"] == "appeal_closed"

    def test_the_last_day_is_the_last(self, call, time_at):
        number = cite(call)["number"]
        with time_at(days=22):
            assert self.appeal(call, number, status=409)["code"] == "appeal_closed"
        with time_at(days=21):
            self.appeal(call, number)

    def test_one_at_a_time_and_not_of_a_warning(self, call):
        number = cite(call)["number"]
        self.appeal(call, number)
        assert self.appeal(call, number, status=409)["code"] == "not_appealable"
        warning = cite(call, plate="W 1", warning=True)["number"]
        assert self.appeal(call, warning, status=409)["code"] == "not_appealable"

    def test_tells_the_appellant_twice(self, call):
        from parkops.messaging.models import Message

        filed = self.appeal(call, cite(call)["number"])
        self.decide(call, filed["id"], "upheld")
        said = Message.objects.order_by("pk").values_list("event", "to")
        assert list(said) == [("appeal.filed", "ada@x.test"), ("appeal.decided", "ada@x.test")]

    def test_grounds_are_from_the_list(self, call):
        number = cite(call)["number"]
        body = {"grounds": "mood", "text": "x", "name": "Ada", "email": "a@x.test"}
        response = call("POST", f"/citations/{number}/appeals", body)
        assert refused_fields(response) == ["grounds"]


class TestHotlistAndBootList:
    def test_an_entry_alerts_until_it_is_removed(self, call):
        body = {"plate": "abc-123", "kind": "stolen", "note": "Call the police."}
        entry = call("POST", "/hotlist", body)
        assert entry.status_code == 201
        assert check(call)["alerts"] == [
            {"kind": "stolen", "text": "Call the police.", "now": True}
        ]
        assert call("DELETE", f"/hotlist/{entry.json()['id']}").status_code == 204
        with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
            assert check(call)["alerts"] == []
        assert call("DELETE", f"/hotlist/{uuid4()}").status_code == 404

    def test_an_exempt_vehicle_may_stand_anywhere(self, call):
        call("POST", "/hotlist", {"plate": "POLICE1", "kind": "exempt", "note": "police"})
        answer = check(call, plate="Police 1")
        assert (answer["verdict"], answer["because"][-1]) == (
            "authorized",
            "This vehicle is exempt: police.",
        )

    def test_a_vehicle_that_owes_enough_is_booted_after_a_notice(self, call):
        from enforcement.models import BootNotice

        for days in (6, 5, 4):
            cite(call, at=(NOW - timedelta(days=days)).isoformat())
        answer = check(call)
        assert answer["unpaid"] == {"count": 3, "owed": {"amount": "80.00", "currency": "USD"}}
        assert answer["alerts"][0]["kind"] == "boot"
        assert answer["alerts"][0]["text"].startswith("3 unpaid citations, 80.00")
        assert call("GET", "/boot-list").json()["items"] == []
        BootNotice.objects.create(
            plate_key="ABC123", sent_at=NOW - timedelta(days=11), sent_to="owner@x.test"
        )
        (row,) = call("GET", "/boot-list").json()["items"]
        assert (row["plate_key"], row["unpaid"]["count"]) == ("ABC123", 3)
        assert check(call)["alerts"][0]["now"] is True

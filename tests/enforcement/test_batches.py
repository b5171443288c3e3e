"""A batch of reads: it says of each what a single check says at that moment, and keeps them all."""

from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_OID, uuid5

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enforcement.models import BootNotice, PlateCheck
from enforcement.operations import checks
from enforcement.queries.checks import Look, answers_to
from parkops.api.values import instant_out
from parkops.kernel.actors import SYSTEM

# A Tuesday, 10:15 in New York.
NOW = datetime(2026, 11, 10, 15, 15, tzinfo=UTC)
ZONES = ["LOT-A", "LOT-B", "QUICK", "METER", "CAMPUS"]
TWO_OF_ONE = ["QUAHOG1", "QUAHOG2"]
OWING = "BARNACLE"
PLATES = [*TWO_OF_ONE, "QUAH0G1", "EVEN1NG", "EVENING", "WHELK1", "WHELKI", OWING, "SQUID7"]


@pytest.fixture(autouse=True)
def _at_work():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def cite(post):
    """Cite a plate some days ago."""

    def write(plate: str, *, days: int) -> None:
        at = (NOW - timedelta(days=days)).isoformat()
        client_id = str(uuid5(NAMESPACE_OID, f"{plate} {days}"))
        violation = {"zone": "LOT-A", "violation": "NO-PERMIT", "client_id": client_id}
        post("/citations", {"plate": plate, "at": at} | violation)

    return write


@pytest.fixture
def town(post, cite):
    """Plates that stand by all kinds of rights, owe, or are looked for."""
    customer = {"email": "ada@person.test", "name": "Ada", "audiences": ["STAFF"]}
    customer = post("/customers", customer)["id"]
    for kind, plates in (("STAFF-YEAR", TWO_OF_ONE), ("EVENING", ["EVENING"])):
        wish = {"permit_type": kind, "customer": customer, "vehicles": plates}
        charge = post("/permits", wish)["charge"]["id"]
        post("/payments", {"charges": [charge], "method": "cash"})
    sold = post("/sessions", {"plate": "WHELK1", "zone": "METER", "minutes": 60})
    post("/payments", {"charges": [sold["charge"]["id"]], "method": "cash"})
    for days in (20, 19, 18):
        cite(OWING, days=days)
    post("/hotlist", {"plate": "SQUID7", "kind": "stolen", "note": "Call the police."})
    post("/observations", {"plate": "SQUID7", "zone": "QUICK", "at": NOW.isoformat()})


READS = st.lists(
    st.tuples(
        st.sampled_from(PLATES),
        st.sampled_from(["", "", "MA", "RI"]),
        st.sampled_from(ZONES),
        st.integers(-60, 600),
    ),
    min_size=2,
    max_size=10,
)


def undone(work):
    """Return what `work` gives, and take back what it wrote."""
    with transaction.atomic():
        given = work()
        transaction.set_rollback(True)
    return given


def one_by_one(looks: list[Look]) -> list[dict]:
    """Return what single checks say, each made when it was looked."""
    said = {}
    for place in sorted(range(len(looks)), key=lambda n: (looks[n].at, n)):
        checked = checks.check_plate(looks[place], source="api", by=SYSTEM, at=NOW)
        said[place] = checked.record.answer
    return [said[place] for place in range(len(looks))]


def together(looks: list[Look]) -> list[dict]:
    return checks.check_plates(looks, source="batch", by=SYSTEM, at=NOW)


@settings(max_examples=25, suppress_health_check=list(HealthCheck), deadline=None)
@given(READS)
def test_says_what_single_checks_say(town, reads):
    looks = [
        Look(plate, region, zone, NOW + timedelta(minutes=after))
        for plate, region, zone, after in reads
    ]
    assert undone(lambda: together(looks)) == undone(lambda: one_by_one(looks))


def test_keeps_each_read_as_it_was_answered(town):
    looks = [Look(plate, "MA", "LOT-A", NOW, 42.15, -71.05) for plate in PLATES]
    answers = together(looks)
    kept = {check.plate_text: check for check in PlateCheck.objects.filter(source="batch")}
    assert len(kept) == len(PLATES) == len({check.reference for check in kept.values()})
    for look, answer in zip(looks, answers, strict=True):
        check = kept[look.plate]
        assert check.answer == answer
        assert (check.verdict, check.zone_code, check.region) == (answer["verdict"], "LOT-A", "MA")
        assert (instant_out(check.at), check.recorded_at) == (answer["at"], NOW)
        assert (check.lat, check.lon, check.programme_version) == (42.15, -71.05, 1)
        assert (check.actor_kind, check.plate_key) == (SYSTEM.kind, answer["plate_key"])


def test_asks_no_more_for_more_plates_that_owe(cite):
    plates = [f"OWES{n}" for n in range(6)]
    for plate in plates:
        for days in (20, 19, 18):
            cite(plate, days=days)
    BootNotice.objects.create(plate_key="OWES3", sent_at=NOW - timedelta(days=12), sent_to="")
    asked = []
    for some in (plates[:2], plates):
        with CaptureQueriesContext(connection) as queries:
            answers = answers_to([Look(plate, "", "LOT-A", NOW) for plate in some])
        asked.append(len(queries))
    boots = {a.key: [alert.is_now for alert in a.alerts] for a in answers}
    assert boots == {plate: [plate == "OWES3"] for plate in plates}
    assert asked[0] == asked[1]


def test_is_decided_and_kept_by_as_many_statements_however_long_it_is(town):
    asked = []
    for many in (1, 20):
        looks = [Look(plate, "", "LOT-A", NOW) for plate in PLATES * many]
        with CaptureQueriesContext(connection) as queries:
            together(looks)
        asked.append(len(queries))
    assert asked[0] == asked[1]


@pytest.mark.parametrize(
    ("plate", "zone", "verdict"),
    [
        ("QUAHOG1", "LOT-A", "authorized"),
        ("EVENING", "LOT-B", "unauthorized"),  # it has a right elsewhere
        ("WHELKI", "METER", "unauthorized"),  # one like it has one
        ("CLAM1", "LOT-A", "unauthorized"),
    ],
)
def test_one_statement_decides_about_a_plate(town, plate, zone, verdict):
    with CaptureQueriesContext(connection) as queries:
        answer = answers_to([Look(plate, "", zone, NOW)])[0]
    assert answer.verdict == verdict
    assert len(queries) == 1

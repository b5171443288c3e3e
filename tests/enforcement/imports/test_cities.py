"""The three cities' mappings: on small files of the same shapes, and on the cities' own where they are."""

import csv
import gzip
import io
import time
from collections import Counter
from datetime import UTC, date, datetime

import pytest

from enforcement.imports import mapping as mappings
from enforcement.models import Citation
from tests.enforcement.imports.conftest import MAPPINGS

PHILADELPHIA = """row_id,issued_hour,violation,fine,agency,location,zip,lat,lon
501,2014-07-01 00:00:00,CURB LANE,51,RANGERS,12 N MADE UP ST,19999,39.95,-75.16
502,2014-07-01 00:00:00,CURB LANE,51,RANGERS,12 N MADE UP ST,19999,39.95,-75.16
503,2014-07-31 23:00:00,METER GONE,26,RANGERS,40 S NOWHERE AVE,,,
"""
BOSTON = '''Ticket_Loc,Issue_Date,Issue_Time,Route,Badge_Numb,Issue_Agen,Violation_,Violation1,Fine_Amt,\
Plate_Type,License_St,Vehicle_Ma,Vehicle_Co,Vehicle_St,Comment,Street_Num,Street_Nam,Lat,Long
9 PRETEND PL,03/01/2015 12:00:00 AM,7:32:00 AM,T1,77,1,400,BOAT ON STREET,100,,ME,MERC,4,4D,,9,PRETEND PL,,
*AT LOT / 2ND,03/08/2015 12:00:00 AM,2:15:00 AM,A2,T2,1,20,NO PARKING,55,PA,MA,,2,,"A ""B""",0,X,42.3,-71.1
*AT LOT / 2ND,03/08/2015 12:00:00 AM,2:15:00 AM,A2,T2,1,20,NO PARKING,55,PA,MA,,2,,"A ""B""",0,X,42.3,-71.1
'''
LOS_ANGELES = """issue_date,issue_time,marked_time,color,location,agency,violation_code,\
violation_description,fine_amount,latitude,longitude,agency_description,issue_year
2019-07-18,805.0,,GY,1 INVENTED AVE,51.0,99,NO TAGS,25.0,6418799.538707,1845918.353389,,2019.0
2019-12-31,2359.0,900.0,XX,2 INVENTED AVE,1.0,80.99+,RED PAINT,93.0,99999.0,99999.0,HERE,2019.0
2019-12-31,,,XX,3 INVENTED AVE,1.0,80.99+,RED PAINT,,99999.0,99999.0,,2019.0
"""


def city(name: str) -> mappings.Mapping:
    return mappings.read(MAPPINGS / f"{name}.yaml")


class TestSmall:
    def test_philadelphia(self, bring):
        outcome, refusals = bring(PHILADELPHIA, city("philadelphia"), zipped=True)
        assert (outcome.imported, refusals) == (3, [])
        first, _, last = Citation.objects.order_by("pk")
        assert first.external_ref == "philadelphia:501"
        assert (first.violation_code, first.violation_name) == ("CURB LANE", "CURB LANE")
        assert (first.place, first.agency) == ("12 N MADE UP ST, 19999", "RANGERS")
        assert (first.lat, first.lon, first.plate_missing) == (39.95, -75.16, True)
        assert last.place == "40 S NOWHERE AVE"
        assert last.issued_at == datetime(2014, 8, 1, 3, tzinfo=UTC)
        assert last.issued_on == date(2014, 7, 31)
        assert last.lat is None

    def test_boston(self, bring):
        outcome, _ = bring(BOSTON, city("boston"))
        assert (outcome.imported, outcome.skipped) == (3, 2)
        first, second, third = Citation.objects.order_by("pk")
        assert first.issued_at == datetime(2015, 3, 1, 12, 32, tzinfo=UTC)
        assert (first.officer, first.region, first.vehicle) == ("77", "ME", "MERC 4D")
        assert first.agency == "Transportation Department"
        assert second.note == 'A "B"'
        assert second.flags == ["time_skipped"]
        assert second.external_ref != third.external_ref
        assert bring(BOSTON, city("boston"))[0].known == 3

    def test_los_angeles(self, bring):
        outcome, refusals = bring(LOS_ANGELES, city("los-angeles"))
        assert outcome.imported == 2
        assert [(r.line, r.field) for r in refusals] == [(4, "issued"), (4, "fine")]
        first, second = Citation.objects.order_by("pk")
        assert first.issued_at == datetime(2019, 7, 18, 15, 5, tzinfo=UTC)
        assert (first.agency, first.vehicle, first.fine_minor) == ("51", "Gray", 2500)
        assert (first.lat, first.lon) == (None, None)
        assert second.issued_on == date(2019, 12, 31)


def rows(path) -> list[dict[str, str]]:
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def take_in(bring, path, name):
    with path.open("rb") as file:
        return bring(file.read(), city(name))


@pytest.mark.slow
class TestWhole:
    def test_philadelphia_agrees_with_its_files_and_takes_less_than_a_minute(self, bring, data):
        files = sorted((data / "philadelphia_monthly").glob("*.csv.gz"))
        began = time.monotonic()
        outcomes = [take_in(bring, file, "philadelphia")[0] for file in files]
        assert time.monotonic() - began < 60
        assert sum(outcome.imported for outcome in outcomes) == 278_438
        assert sum(outcome.refused for outcome in outcomes) == 0
        for file in files:
            theirs = Counter((row["violation"], row["fine"]) for row in rows(file))
            year, month = map(int, file.name[:7].split("-"))
            ours = Citation.objects.filter(issued_on__year=year, issued_on__month=month)
            found = Counter(
                (code, str(minor // 100))
                for code, minor in ours.values_list("violation_code", "fine_minor").iterator()
            )
            assert found == theirs
        assert take_in(bring, files[1], "philadelphia")[0].known == outcomes[1].imported

    def test_boston_keeps_genuine_repeats(self, bring, data):
        path = data / "boston_2015_week" / "parking_tickets.csv"
        outcome, _ = take_in(bring, path, "boston")
        theirs = rows(path)
        assert outcome.imported == len(theirs) == 17_641
        assert sum(Citation.objects.values_list("fine_minor", flat=True)) == 100 * sum(
            int(row["Fine_Amt"]) for row in theirs
        )
        assert take_in(bring, path, "boston")[0].known == 17_641

    def test_los_angeles_refuses_only_what_is_blank(self, bring, data):
        path = data / "los_angeles_2019_sample" / "parking_citations_2019_sample.csv"
        outcome, refusals = take_in(bring, path, "los-angeles")
        blank = {
            number
            for number, row in enumerate(rows(path), start=2)
            if not (row["issue_time"] and row["fine_amount"] and row["violation_code"])
        }
        assert {refusal.line for refusal in refusals} == blank
        assert outcome.imported == 10_000 - len(blank)


def test_memory_does_not_grow_with_the_file(bring):
    """Ten times the lines, the same peak: nothing is kept of a line once it is staged."""
    import tracemalloc

    def peak(lines: int) -> int:
        text = io.StringIO()
        text.write(PHILADELPHIA.splitlines()[0] + "\n")
        for n in range(lines):
            text.write(
                f"{n},2014-07-{n % 28 + 1:02} 10:00:00,X{n % 20},51,A,{n} ST,19999,39.9,-75\n"
            )
        packed = gzip.compress(text.getvalue().encode())
        told = city("philadelphia")
        tracemalloc.start()
        bring_packed(bring, packed, told)
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found - len(packed)

    peak(200)
    assert peak(12_000) < peak(1_200) + 6_000_000


def bring_packed(bring, packed: bytes, told) -> None:
    assert bring(packed, told)[0].refused == 0

"""The reports there are: they agree with the records, and every format with every other."""

import csv
import gzip
import io
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import yaml

from enforcement.models import Citation
from parkops.kernel.money import Money
from parkops.ui import pdf
from payments import queries as ledger
from permits.models import Permit
from reporting.catalogue import REPORTS
from tests.enforcement.imports.test_cities import PHILADELPHIA, city
from tests.enforcement.imports.test_money import FILE as FORMER
from tests.enforcement.imports.test_money import NYC
from tests.reporting.conftest import HOSTILE, read_csv, read_json, read_pdf, read_xlsx
from tests.seed import PROGRAMMES

JULY = {"from_": "2014-07-01", "to": "2014-07-31"}


PERIOD = {"from_": "2026-09-01", "to": "2026-11-30"}
ALL = [
    ("permit-sales", {}),
    ("citations", {"by": "officer"}),
    ("citations", {"by": "violation,officer,zone,month"}),
    ("revenue", {}),
    ("booked-revenue", {}),
]


@pytest.mark.parametrize(("code", "asked"), ALL)
def test_four_formats_say_the_same(busy, same_in_all_formats, code, asked):
    same_in_all_formats(code, **PERIOD, **asked)


def test_what_was_brought_over_ages_the_same_in_four_formats(busy, bring, same_in_all_formats):
    bring(FORMER, NYC)
    told = same_in_all_formats("citation-ageing", to="2026-11-30", source="import")
    assert (
        told["totals"] | {"citations": 6, "owed": "317.75", "overpaid": "10.00"} == told["totals"]
    )
    both = same_in_all_formats("citation-ageing", to="2026-11-30", by="age", since="issued")
    assert both["totals"]["citations"] > 6


@pytest.fixture
def same_in_all_formats(make, monkeypatch):
    """Make a report in every format, see that they agree and open nothing, and return the JSON."""
    opened = []
    real = pdf.NothingFetched.fetch
    monkeypatch.setattr(
        pdf.NothingFetched, "fetch", lambda self, url, *a: opened.append(url) or real(self, url, *a)
    )

    def do(code: str, **asked: str):
        kinds = ("json", "csv", "xlsx", "pdf")
        told = _agreed({kind: make(code, kind, **asked) for kind in kinds})
        assert not [url for url in opened if not url.startswith("data:")]
        return told

    return do


def _agreed(files):
    told = read_json(files["json"])
    kinds = {column["key"]: column["kind"] for column in told["columns"]}
    assert told["rows"]

    rows = read_csv(files["csv"])
    assert rows[0] == [column["title"] for column in told["columns"]]
    assert len(rows) == len(told["rows"]) + 2
    book = read_xlsx(files["xlsx"])
    assert len(book.rows) == len(rows)
    assert (book.formulas, book.links) == (0, 0)
    paper = read_pdf(files["pdf"])
    for place, key in enumerate(kinds):
        if key not in told["totals"]:
            continue
        total = told["totals"][key]
        if kinds[key] == "money":
            assert Decimal(total) == sum(Decimal(row[key]) for row in told["rows"])
            assert rows[-1][place] == total
            assert Decimal(str(book.rows[-1][place])) == Decimal(total)
            assert f"{abs(Decimal(total)):,.2f}" in paper
        else:
            assert total == sum(row[key] for row in told["rows"])
            assert rows[-1][place] == str(total)
            assert book.rows[-1][place] == total
    for row in rows:
        assert not any(cell.startswith(("=", "+", "@", "\t", "\r")) for cell in row)
    return told


def test_hostile_names_are_printed_as_they_are(busy, make):
    paper = read_pdf(make("citations", "pdf", **PERIOD, by="officer"))
    assert "<img src=http://127.0.0.1/>" in paper.replace("http:// 127", "http://127")
    names = {row["officer"] for row in read_json(make("citations", "json", by="officer"))["rows"]}
    assert set(HOSTILE) <= names


class TestPermitSales:
    def test_counts_and_amounts_are_the_permits(self, busy, make):
        told = read_json(make("permit-sales", "json", **PERIOD))
        permits = list(Permit.objects.filter(paid_at__isnull=False))
        assert told["totals"]["sold"] == len(permits) == 3
        assert Decimal(told["totals"]["net"]) * 100 == sum(p.net_minor for p in permits)
        assert Decimal(told["totals"]["tax"]) * 100 == sum(p.tax_minor for p in permits)
        assert [(row["month"], row["type"], row["sold"]) for row in told["rows"]] == [
            ("2026-10", "MONTH", 1),
            ("2026-11", "MONTH", 1),
            ("2026-11", "STAFF-YEAR", 1),
        ]

    def test_a_day_begins_at_the_tenants_midnight(self, sell, person, make):
        late = datetime(2026, 11, 11, 4, 59, tzinfo=UTC)
        sell(person("eve"), "MONTH", "EVE 1", at=late)
        for day, sold in (("2026-11-10", 1), ("2026-11-11", None)):
            told = read_json(make("permit-sales", "json", from_=day, to=day))
            assert told["totals"].get("sold") == (sold or 0)


class TestRevenue:
    def test_debits_and_credits_are_equal_and_agree_with_the_ledger(self, busy, make):
        told = read_json(make("revenue", "json", **PERIOD))
        assert told["totals"]["debit"] == told["totals"]["credit"]
        assert told["totals"]["after"] == "0.00"
        balance = ledger.trial_balance(busy + timedelta(days=30))
        after = {row["code"]: Decimal(row["after"]) for row in told["rows"]}
        theirs = {
            row.code: row.debit.decimal - row.credit.decimal
            for row in balance.accounts
            if row.code in after
        }
        assert theirs == after

    def test_one_kind_of_account(self, busy, make):
        rows = read_json(make("revenue", "json", **PERIOD, kind="revenue"))["rows"]
        assert rows
        assert {row["kind"] for row in rows} == {"Revenue"}


class TestCitations:
    def test_counts_what_became_of_them(self, busy, make):
        totals = read_json(make("citations", "json", **PERIOD, by="violation"))["totals"]
        assert totals["issued"] == Citation.objects.count() == 8
        assert (totals["warnings"], totals["voided"], totals["paid"]) == (1, 1, 1)
        fines = sum(Citation.objects.values_list("fine_minor", flat=True))
        assert totals["fines"] == Money(fines, "USD").amount
        assert totals["standing"] == Money(fines - 10_000, "USD").amount

    def test_imported_ones_are_told_apart(self, busy, bring, make):
        bring(PHILADELPHIA, city("philadelphia"))
        sources = {
            source: read_json(make("citations", "json", **JULY, by="violation", source=source))
            for source in ("", "import", "ours")
        }
        found = {source: told["totals"]["issued"] for source, told in sources.items()}
        assert found == {"": 3, "import": 3, "ours": 0}

    @pytest.mark.parametrize(
        "by", [value for value, _ in REPORTS["citations"].parameters[2].choices]
    )
    def test_every_grouping_has_the_same_sum(self, busy, bring, make, by):
        bring(PHILADELPHIA, city("philadelphia"))
        told = read_json(make("citations", "json", from_="2014-01-01", to="2026-12-31", by=by))
        assert told["totals"]["issued"] == 11

    def test_k21_a_renamed_violation_is_told_by_its_old_code_and_merged_under_the_new(
        self, cite, make, apply_programme, now
    ):
        cite("OLD 1", at=now - timedelta(days=40))
        document = yaml.safe_load((PROGRAMMES / "harbor.yaml").read_text())
        kind = next(v for v in document["violations"] if v["code"] == "FIRE-LANE")
        kind |= {"code": "FIRE", "formerly": ["fire-lane"]}
        apply_programme(yaml.safe_dump(document), at=now - timedelta(days=20))
        cite("NEW 1", "FIRE")
        cite("OTHER 1", "NO-PERMIT")

        def counts(by: str) -> list[list]:
            told = read_json(make("citations", "json", **PERIOD, by=by))
            keys = by.split(",")
            return [[*(row[key] for key in keys), row["issued"]] for row in told["rows"]]

        assert counts("violation") == [["FIRE", 1], ["FIRE-LANE", 1], ["NO-PERMIT", 1]]
        assert counts("merged") == [["FIRE", 2], ["NO-PERMIT", 1]]
        assert counts("merged,violation") == [
            ["FIRE", "FIRE", 1],
            ["FIRE", "FIRE-LANE", 1],
            ["NO-PERMIT", "NO-PERMIT", 1],
        ]

    @pytest.mark.parametrize(
        ("begins", "told"),
        [("10-01", {"FY25": 1, "FY26": 2}), ("01-01", {"FY25": 2, "FY26": 1})],
    )
    def test_k22_a_program_year_is_there_from_its_first_day(
        self, cite, make, apply_programme, begins, told
    ):
        text = (PROGRAMMES / "harbor.yaml").read_text()
        apply_programme(text.replace('year_start: "09-01"', f'year_start: "{begins}"'))
        # In New York it is still 30 September, then October, then the next year.
        for at in (
            datetime(2025, 10, 1, 3, 59, tzinfo=UTC),
            datetime(2025, 10, 1, 4, 1, tzinfo=UTC),
            datetime(2026, 1, 2, 12, 0, tzinfo=UTC),
        ):
            cite(f"CAR {at:%H%M}", at=at)
        asked = {"from_": "2025-01-01", "to": "2026-11-30", "by": "year"}
        rows = read_json(make("citations", "json", **asked))["rows"]
        assert {row["year"]: row["issued"] for row in rows} == told

    def test_july_agrees_with_a_small_file(self, bring, make):
        bring(PHILADELPHIA, city("philadelphia"))
        assert_agrees(PHILADELPHIA.encode(), make)

    @pytest.mark.slow
    def test_july_agrees_with_the_citys_file(self, bring, make, data):
        whole = (data / "philadelphia_monthly" / "2014-07.csv.gz").read_bytes()
        bring(whole, city("philadelphia"))
        assert_agrees(gzip.decompress(whole), make)

    @pytest.mark.slow
    def test_the_officers_of_bostons_week_agree_with_its_file(self, bring, make, data):
        whole = (data / "boston_2015_week" / "parking_tickets.csv").read_bytes()
        bring(whole, city("boston"))
        counts, fines = Counter(), Counter()
        for line in csv.DictReader(io.StringIO(whole.decode(), newline="")):
            counts[line["Badge_Numb"]] += 1
            fines[line["Badge_Numb"]] += int(line["Fine_Amt"])
        year = {"from_": "2015-01-01", "to": "2015-12-31"}
        told = read_json(make("citations", "json", **year, by="officer"))["rows"]
        assert {row["officer"]: row["issued"] for row in told} == counts
        assert {row["officer"]: Decimal(row["fines"]) for row in told} == fines


def assert_agrees(content: bytes, make) -> None:
    """Compare the report for July 2014 with sums made straight from the file."""
    lines = csv.DictReader(io.StringIO(content.decode(), newline=""))
    counts: Counter[str] = Counter()
    fines: Counter[str] = Counter()
    for line in lines:
        assert date.fromisoformat(line["issued_hour"][:10]).month == 7
        counts[line["violation"]] += 1
        fines[line["violation"]] += int(line["fine"])
    told = read_json(make("citations", "json", **JULY, by="violation"))
    assert {row["violation"]: row["issued"] for row in told["rows"]} == counts
    assert {row["violation"]: Decimal(row["fines"]) for row in told["rows"]} == fines
    assert told["totals"]["issued"] == sum(counts.values())
    assert Decimal(told["totals"]["fines"]) == sum(fines.values())
    assert str(f"{sum(fines.values()):,}.00") in read_pdf(
        make("citations", "pdf", **JULY, by="violation")
    )

"""The office's list of permits as a file, and what finding in it costs."""

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from parkops.audit.models import AuditEvent
from parkops.programme import queries as programme
from permits.queries import list_file

pytestmark = pytest.mark.django_db

LIST = "/office/permits/"
FILE = "/office/permits/permits.csv"


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def office(site, clara):
    return site.login_as(clara)


def read(answer) -> list[dict[str, str]]:
    assert answer.status_code == 200
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def statements(ask) -> int:
    with CaptureQueriesContext(connection) as caught:
        ask()
    return len(caught)


class TestFile:
    def test_has_what_the_list_shows(self, office, person, sell, hold):
        ana = person("ana", "STAFF", "STUDENT")
        sold = sell(ana, "MONTH", "ABC 123")
        cart = hold(ana, "EVENING", "XYZ 9")
        (row,) = read(office.get(FILE))
        assert row["Number"] == sold.number
        assert (row["State"], row["Type"], row["Plates"]) == ("In force", "MONTH", "ABC 123")
        assert (row["Holder"], row["E-mail"]) == ("Ana", "ana@example.test")
        assert (row["Owes"], row["Currency"]) == ("0.00", "USD")
        assert row["Price"] == f"{(sold.net_minor + sold.tax_minor) / 100:.2f}"
        (held,) = read(office.get(f"{FILE}?view=held"))
        assert held["Number"] == cart.number
        assert float(held["Owes"]) > 0
        assert {row["Number"] for row in read(office.get(f"{FILE}?view=all"))} == {
            sold.number,
            cart.number,
        }

    def test_tells_the_time_on_the_clock_of_the_place(self, office, person, sell):
        sold = sell(person(), "MONTH", "ABC 123")
        zone = programme.version(sold.programme_version).programme.tz
        (row,) = read(office.get(FILE))
        assert row["Ends"] == f"{sold.ends_at.astimezone(zone):%Y-%m-%d %H:%M}"
        assert row["Ends"] != f"{sold.ends_at:%Y-%m-%d %H:%M}"

    def test_follows_the_filters_of_the_page(self, office, person, sell):
        ana, zoe = person("ana", "STAFF"), person("zoe", "STAFF")
        mine, other = sell(ana, "MONTH", "ABC 123"), sell(zoe, "EVENING", "ZZZ 9")
        for query in ("q=abc-1", "q=ana", f"q={mine.number}", "type=MONTH", "q=ana&status=active"):
            assert [row["Number"] for row in read(office.get(f"{FILE}?{query}"))] == [mine.number]
        assert [row["Number"] for row in read(office.get(f"{FILE}?view=all"))] == [
            other.number,
            mine.number,
        ]
        assert read(office.get(f"{FILE}?q=nobody")) == []
        page = office.get(f"{LIST}?q=ana&status=active").content.decode()
        assert f"{FILE}?view=all&amp;q=ana&amp;status=active" in page
        assert "Export CSV" in page

    def test_joins_the_plates_of_a_permit(self, office, person, sell):
        sold = sell(person(), "MONTH", "ABC 123", "DEF 456")
        (row,) = read(office.get(f"{FILE}?q={sold.number}"))
        assert row["Plates"] == "ABC 123, DEF 456"

    def test_is_read_by_a_spreadsheet_and_not_executed(self, office, person, sell):
        holder = person("ana", "STAFF")
        type(holder).objects.filter(pk=holder.pk).update(name="=HYPERLINK(1)")
        sell(holder, "MONTH", "ABC 123")
        answer = office.get(FILE)
        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        assert answer["Content-Disposition"] == 'attachment; filename="permits.csv"'
        (row,) = read(answer)
        assert row["Holder"] == "'=HYPERLINK(1)"

    def test_is_recorded_with_who_how_many_and_by_which_filters(self, office, clara, person, sell):
        sell(person("ana", "STAFF"), "MONTH", "ABC 123")
        sell(person("zoe"), "MONTH", "ZZZ 9")
        office.get(f"{FILE}?q=ana&type=MONTH")  # recorded though nothing of it is read
        event = AuditEvent.objects.get(event="permits.exported")
        assert (event.actor_kind, event.actor_ref) == ("staff", str(clara.pk))
        assert event.data == {
            "rows": 1,
            "filters": {"view": "all", "text": "ana", "type": "MONTH"},
        }

    def test_is_for_those_who_see_the_list(self, site, bob, dana, otto, person, sell):
        sell(person(), "MONTH", "ABC 123")
        assert site.get(FILE).status_code == 302
        for stranger in (bob, dana):
            assert site.login_as(stranger).get(FILE).status_code == 403
        assert AuditEvent.objects.filter(event="permits.exported").count() == 0
        site.login_as(otto)
        page = site.get(LIST).content.decode()
        assert f'href="{FILE}?view=current"' in page
        assert "Export CSV" in page
        assert len(read(site.get(FILE))) == 1
        assert site.post(FILE).status_code == 405

    def test_keeps_to_its_tenant_even_if_read_after_another_was_asked(
        self, site, other_site, clara, charlie, person, sell
    ):
        mine = sell(person(), "MONTH", "ABC 123")
        answer = site.login_as(clara).get(f"{FILE}?view=all")
        other = other_site.login_as(charlie)
        assert read(other.get(f"{FILE}?view=all")) == []
        assert [row["Number"] for row in read(answer)] == [mine.number]


class TestCost:
    def test_one_statement_gives_the_file_however_long(self, office, person, sell, monkeypatch):
        monkeypatch.setattr(list_file, "AT_ONCE", 2)
        numbers: list[str] = []

        def asked() -> int:
            return statements(lambda: read(office.get(FILE)))

        def grow(by: int) -> None:
            first = len(numbers)
            for n in range(first, first + by):
                numbers.append(sell(person(f"a{n}"), "MONTH", f"AA{n}").number)

        grow(1)
        asked()
        few = asked()
        grow(6)
        assert asked() == few
        assert [row["Number"] for row in read(office.get(FILE))] == numbers[::-1]

    @pytest.mark.parametrize("text", ["aa", "aa0", "ann", "example", "P-", "nobody here"])
    def test_twice_the_permits_are_found_by_as_many_statements(self, office, person, sell, text):
        def asked() -> int:
            return statements(lambda: office.get(LIST, {"q": text}))

        for n in range(2):
            sell(person(f"anna{n}"), "MONTH", f"AA{n}")
        asked()
        few = asked()
        for n in range(2, 6):
            sell(person(f"anna{n}"), "MONTH", f"AA{n}")
        assert asked() == few

"""Small files of the cities' shapes: the reports say what is in them, and a difference is found."""

from datetime import UTC, datetime

import pytest

from enforcement.models import Citation
from tests.enforcement.imports.test_cities import BOSTON as WEEK
from tests.enforcement.imports.test_cities import PHILADELPHIA as MONTH
from tests.enforcement.imports.test_cities import city
from tests.reporting import agree_files

NOW = datetime(2026, 11, 10, 15, 15, tzinfo=UTC)


def test_philadelphias_reports_agree(bring, capsys):
    import gzip

    bring(MONTH, city("philadelphia"), zipped=True)
    lines = agree_files.philadelphia(gzip.compress(MONTH.encode()))
    assert agree_files.compare(lines, agree_files.PHILADELPHIA, at=NOW) == 0
    told = capsys.readouterr().out
    assert told.count("| agree |") == len(agree_files.PHILADELPHIA)
    assert "| street |" in told


def test_bostons_reports_agree_and_a_citation_too_many_is_found(bring):
    kept = WEEK.replace("03/08/2015", "03/01/2015")
    bring(kept, city("boston"))
    lines = agree_files.boston(kept.encode())
    assert agree_files.compare(lines, agree_files.BOSTON, at=NOW) == 0
    Citation.objects.filter(officer="77").update(officer="78", fine_minor=1)
    assert agree_files.compare(lines, [agree_files.BY_OFFICER], at=NOW) == 2
    assert agree_files.compare(lines, [agree_files.BY_VIOLATION], at=NOW) == 2


@pytest.mark.parametrize(
    ("place", "street"),
    [
        ("3201 S 17TH ST, 19145", "S 17TH ST"),
        ("12B Elm St", "ELM ST"),
        ("*AT LOT / 2ND", "*AT LOT / 2ND"),
        ("1ST AVE", "1ST AVE"),
        ("", ""),
    ],
)
def test_a_street_is_a_place_without_its_house(cite, make, place, street):
    from tests.reporting.conftest import read_json

    citation = cite("AAA1")
    Citation.objects.filter(pk=citation.pk).update(place=place)
    told = read_json(make("citations", "json", by="street"))
    assert [row["street"] for row in told["rows"]] == [street]
    assert agree_files.street(place) == street

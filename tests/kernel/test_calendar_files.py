"""Calendar files as RFC 5545 has them."""

from datetime import UTC, datetime

from parkops.kernel.calendar_files import Entry, calendar_file

NOW = datetime(2026, 11, 10, 15, 30, tzinfo=UTC)


def file(*entries: Entry, site: str = "https://parking.town.example:8000") -> str:
    return calendar_file(entries, product="Tests", site=site, made_at=NOW)


def entry(title: str) -> Entry:
    return Entry("P-1", title, NOW, NOW)


def test_what_two_sites_call_the_same_is_not_the_same():
    assert "\r\nUID:P-1@parking.town.example\r\n" in file(entry("A"))
    assert file(entry("A")) != file(entry("A"), site="https://other.example")


def test_no_line_is_longer_than_75_octets_and_every_one_ends_as_it_must():
    text = file(entry("Ünïcödé 🚗 " * 20))
    assert text.endswith("END:VCALENDAR\r\n")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert "\n" not in text.replace("\r\n", "")
    assert "SUMMARY:" + ("Ünïcödé 🚗 " * 20).strip() in text.replace("\r\n ", "")


def test_no_text_begins_a_line_of_its_own():
    text = file(entry("a\r\nATTACH:http://evil.example\x00\x07\x7f; b, c\\"))
    assert "SUMMARY:a ATTACH:http://evil.example\\; b\\, c\\\\\r\n" in text


def test_one_with_nothing_ahead_has_something_in_it():
    assert "BEGIN:VTIMEZONE" in file()
    assert "BEGIN:VTIMEZONE" not in file(entry("A"))

"""Form fields that refuse what no calendar, clock or column can hold."""

import re
from datetime import date
from pathlib import Path

import pytest
from django import forms
from django.utils import translation

from parkops.ui.fields import CountField, DayField, InstantField

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("field", "text"),
    [
        (DayField(), "0001-01-01"),
        (DayField(), "9999-12-31"),
        (DayField(), "0000-01-01"),
        (DayField(), "2026-09-31"),
        (InstantField(), "9999-12-31T23:59"),
        (InstantField(), "0001-01-01T00:00"),
        (CountField(min_value=1), "99999999999999999999"),
    ],
)
def test_what_nothing_can_hold_is_refused(settings, field, text):
    for zone in ("America/Toronto", "Pacific/Auckland"):
        settings.TIME_ZONE = zone
        with pytest.raises(forms.ValidationError):
            field.clean(text)


@pytest.mark.parametrize("language", ["en", "es", "fr"])
def test_a_browser_is_told_a_day_in_the_one_form_it_reads(language):
    class Asked(forms.Form):
        on = DayField(initial=date(2026, 11, 24))

    with translation.override(language):
        assert 'value="2026-11-24"' in str(Asked()["on"])
        asked = Asked({"on": "2026-12-03"})
        assert asked.is_valid()
        assert 'value="2026-12-03"' in str(asked["on"])
        assert asked.cleaned_data["on"] == date(2026, 12, 3)


def test_days_and_instants_are_asked_by_these_alone():
    plain = re.compile(r"forms\.Date(Time)?Field\(")
    apps = ("parkops", "permits", "payments", "enforcement", "reporting")
    found = [
        path.relative_to(ROOT)
        for app in apps
        for path in (ROOT / app).rglob("*.py")
        if plain.search(path.read_text())
    ]
    assert found == []

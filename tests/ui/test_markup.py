"""What is filled into a pattern is escaped, as by Django's own way, which is slower."""

from decimal import Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy
from hypothesis import given
from hypothesis import strategies as st

from parkops.kernel.texts import say
from parkops.ui.markup import filled, joined

VALUES = st.one_of(
    st.text(),
    st.integers(),
    st.booleans(),
    st.floats(),
    st.none(),
    st.decimals(allow_nan=False),
    st.text().map(mark_safe),
    st.text().map(lambda text: say("Said {what}", what=text)),
    st.just(gettext_lazy("Numbers as a table")),
)


@given(VALUES, VALUES)
def test_one_is_what_django_makes_of_it(first, second):
    told = filled('<a href="{}">{{}}{}</a>', first, second)
    assert told == format_html('<a href="{}">{{}}{}</a>', first, second)
    assert told.__html__() == told


@given(st.lists(st.tuples(VALUES, VALUES), max_size=4))
def test_many_are_one_after_the_other(rows):
    assert joined("<td>{}</td>{}", rows) == format_html_join("", "<td>{}</td>{}", rows)


def test_numbers_may_have_a_form():
    assert filled("{:.2f} {}", 1.005, Decimal("1.10")) == "1.00 1.10"

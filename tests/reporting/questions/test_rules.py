"""What may be asked: a document is refused at a field, or gives one statement whose values are bound."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.utils.datastructures import MultiValueDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parkops.kernel.decisions import Refused
from parkops.kernel.permissions import Permission
from parkops.local.demo.questions import KEPT
from parkops.tenancy import readers
from reporting.questions import answers, rules
from reporting.questions.fields import QuestionForm, document_of, field_of, given_of
from reporting.questions.published import BY_CODE, VIEWS
from reporting.questions.statement import statement
from reporting.questions.words import sentence

ZONE = ZoneInfo("America/New_York")
TODAY = date(2026, 11, 10)

HOSTILE = [
    "'; DROP TABLE enforcement_citation; --",
    '" OR 1=1 --',
    "%s",
    "%(x)s",
    "100%",
    "\\",
    "$$",
    "a_b%c",
]


def read(**document):
    """Return the question of a document about citations."""
    return rules.read({"view": "citations", **document}, currency="USD")


class TestRead:
    @pytest.mark.parametrize(
        ("document", "field"),
        [
            ([], "question"),
            ({"view": "accounts_user"}, "view"),
            ({"view": "citations"}, "columns"),
            ({"view": "citations", "columns": ["pin"]}, "columns[0]"),
            ({"view": "citations", "columns": ["citation", "citation"]}, "columns"),
            ({"view": "citations", "columns": [{"a": 1}]}, "columns[0]"),
            ({"view": "citations", "sql": "x", "columns": ["citation"]}, "sql"),
            ({"view": "citations", "columns": ["citation"], "limit": 10_001}, "limit"),
            ({"view": "citations", "columns": ["citation"], "limit": True}, "limit"),
            ({"view": "citations", "columns": ["citation"], "sort": {"by": "pin"}}, "sort.by"),
            ({"view": "citations", "columns": ["citation"], "chart": "bars"}, "chart"),
            ({"view": "citations", "groups": [{"column": "zone"}], "chart": "heat"}, "chart"),
            (
                {"view": "citations", "groups": [{"column": "zone", "by": "day"}]},
                "groups[0].by",
            ),
            (
                {"view": "citations", "groups": [{"column": "issued_on", "by": "hour"}]},
                "groups[0].by",
            ),
            (
                {"view": "citations", "measures": [{"how": "sum", "column": "zone"}]},
                "measures[0].column",
            ),
            (
                {"view": "citations", "measures": [{"how": "sum", "column": "nth"}]},
                "measures[0].column",
            ),
            (
                {"view": "citations", "measures": [{"how": "median", "column": "nth"}]},
                "measures[0].how",
            ),
        ],
    )
    def test_names_the_field_that_is_wrong(self, document, field):
        with pytest.raises(Refused) as refusal:
            rules.read(document, currency="USD")
        assert refusal.value.field == field

    @pytest.mark.parametrize(
        ("column", "test", "value", "part"),
        [
            ("issued_at", "in", "tomorrow", "value"),
            ("issued_at", "from", "2026-13-01", "value"),
            ("issued_at", "between", ["2026-10-02", "2026-10-01"], "value"),
            ("issued_at", "contains", "x", "is"),
            ("fine_minor", "at_least", "1.234", "value"),
            ("nth", "is", "many", "value"),
            ("status", "any", ["lost"], "value"),
            ("zone", "is", "", "value"),
            ("zone", "is", "a\nb", "value"),
            ("zone", "is", "x" * 201, "value"),
            ("zone", "is", None, "value"),
            ("zone", "is", {"a": 1}, "value"),
            ("zone", "is", "\ud800", "value"),
            ("pin", "is", "x", "column"),
        ],
    )
    def test_names_the_part_of_a_condition_that_is_wrong(self, column, test, value, part):
        with pytest.raises(Refused) as refusal:
            read(columns=["citation"], filters=[{"column": column, "is": test, "value": value}])
        assert refusal.value.field == f"filters[0].{part}"

    def test_amounts_are_typed_in_the_tenants_currency(self):
        asked = read(
            columns=["citation"],
            filters=[{"column": "fine_minor", "is": "at_least", "value": "45.50"}],
        )
        assert asked.filters[0].values == (4550,)

    def test_what_tells_of_people_needs_more(self):
        assert read(columns=["citation"]).needs == (Permission.CITATION_VIEW,)
        by_plate = read(
            columns=["citation"], filters=[{"column": "plate", "is": "is", "value": "ABC"}]
        )
        assert by_plate.needs == (Permission.CITATION_VIEW, Permission.CUSTOMER_VIEW)
        sorted_by = read(groups=[{"column": "officer"}])
        assert sorted_by.is_personal


class TestWords:
    def test_says_yes_and_no(self):
        document = {
            "view": "charges",
            "filters": [{"column": "is_settled", "is": "no"}],
            "groups": [{"column": "kind"}],
        }
        asked = rules.read(document, currency="USD")
        assert sentence(asked) == "Charges, is settled: no, by kind: count"

    def test_says_what_is_asked(self):
        asked = read(
            filters=[
                {"column": "issued_at", "is": "in", "value": "last_month"},
                {"column": "status", "is": "any", "value": ["paid", "on_plan"]},
            ],
            groups=[{"column": "zone"}, {"column": "issued_at", "by": "weekday"}],
            measures=[{"how": "count"}, {"how": "sum", "column": "fine_minor"}],
        )
        assert sentence(asked) == (
            "Citations, issued last month, status is one of paid or on plan, "
            "by zone and weekday of issued: count and sum of fine"
        )


class TestPeriod:
    @pytest.mark.parametrize(
        ("word", "first", "last"),
        [
            ("today", "2026-11-10", "2026-11-10"),
            ("yesterday", "2026-11-09", "2026-11-09"),
            ("this_week", "2026-11-09", "2026-11-15"),
            ("last_week", "2026-11-02", "2026-11-08"),
            ("this_month", "2026-11-01", "2026-11-30"),
            ("last_month", "2026-10-01", "2026-10-31"),
            ("this_year", "2026-01-01", "2026-12-31"),
            ("last_year", "2025-01-01", "2025-12-31"),
            ("last_7_days", "2026-11-04", "2026-11-10"),
            ("last_365_days", "2025-11-11", "2026-11-10"),
        ],
    )
    def test_moves_with_the_day(self, word, first, last):
        assert rules.period(word, TODAY) == (date.fromisoformat(first), date.fromisoformat(last))

    def test_every_word_is_known(self):
        for word in rules.PERIODS:
            first, last = rules.period(word, date(2024, 2, 29))
            assert first <= last


class TestStatement:
    @pytest.mark.parametrize("value", HOSTILE)
    def test_a_value_never_becomes_text_of_the_statement(self, value):
        asked = read(columns=["citation"], filters=[{"column": "zone", "is": "is", "value": value}])
        text, values = statement(asked, zone=ZONE, today=TODAY, limit=10)
        plain = read(columns=["citation"], filters=[{"column": "zone", "is": "is", "value": "A"}])
        assert text == statement(plain, zone=ZONE, today=TODAY, limit=10)[0]
        assert values == [value.lower(), 10]

    def test_days_of_an_instant_are_local(self):
        asked = read(
            columns=["citation"],
            filters=[
                {"column": "issued_at", "is": "between", "value": ["2026-11-01", "2026-11-01"]}
            ],
        )
        _, (begins, ends, _) = statement(asked, zone=ZONE, today=TODAY, limit=1)
        assert (ends - begins).total_seconds() == 25 * 3600


def tried(document):
    """Return the question of a document, or None and the refusal."""
    try:
        return rules.read(document, currency="USD"), None
    except Refused as refusal:
        return None, refusal


texts = st.sampled_from([*HOSTILE, "LOT-A", "2026-10-01", "45.00", "3", "last_month", "paid"])
values = st.one_of(texts, st.integers(), st.none(), st.lists(texts, max_size=3), st.booleans())


@st.composite
def documents(draw):
    """Documents that are mostly about what there is, with any value in any place."""
    view = draw(st.sampled_from(VIEWS))
    names = st.sampled_from([*view.names, "pin", "zone; DROP", ""])
    tests = st.sampled_from(sorted({test for one in rules.TESTS.values() for test in one}))
    filters = st.fixed_dictionaries({"column": names, "is": tests, "value": values})
    groups = st.fixed_dictionaries(
        {"column": names}, optional={"by": st.sampled_from(["", *rules.STEPS, "era"])}
    )
    measures = st.fixed_dictionaries(
        {"how": st.sampled_from([*rules.MEASURES, "median"])}, optional={"column": names}
    )
    return {
        "view": view.code,
        **draw(
            st.fixed_dictionaries(
                {},
                optional={
                    "columns": st.lists(names, max_size=4),
                    "filters": st.lists(filters, max_size=3),
                    "groups": st.lists(groups, max_size=2),
                    "measures": st.lists(measures, max_size=3),
                    "limit": st.one_of(st.integers(0, 12_000), st.just("many")),
                    "chart": st.sampled_from([*rules.CHARTS, "pie"]),
                    "sort": st.fixed_dictionaries({"by": names, "descending": st.booleans()}),
                },
            )
        ),
    }


@pytest.fixture
def reads(harbor):
    """Run a statement as the role that reads what is published."""
    role = answers.role(is_personal=True)

    def run(text, bound):
        with readers.reading_as(role, seconds=5), connection.cursor() as cursor:
            cursor.execute(text, bound)
            return cursor.fetchall()

    return run


@settings(
    max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(documents())
def test_any_document_is_refused_at_a_field_or_gives_a_statement_that_only_reads(reads, document):
    asked, refusal = tried(document)
    if asked is None:
        assert refusal.field
        assert str(refusal)
        return
    assert sentence(asked)
    text, bound = statement(asked, zone=ZONE, today=TODAY, limit=asked.limit + 1)
    assert all(len(row) == len(asked.outputs) for row in reads(text, bound))


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from([*rules.KEYS, "column", "is", "value", "how", "by", "x"]),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from([*rules.KEYS, "x"]), json_values))
def test_whatever_is_sent_is_refused_and_never_a_fault(document):
    asked, refusal = tried({"view": "citations", **document})
    assert asked is not None or refusal.field


class TestForm:
    def test_what_a_document_fills_in_gives_the_document_again(self):
        document = {
            "view": "citations",
            "filters": [
                {"column": "issued_at", "is": "between", "value": ["2026-10-01", "2026-10-31"]},
                {"column": "zone", "is": "any", "value": ["LOT-A", "LOT-B"]},
                {"column": "status", "is": "any", "value": ["paid", "issued"]},
                {"column": "voided_at", "is": "empty"},
            ],
            "groups": [{"column": "issued_at", "by": "month"}],
            "measures": [{"how": "count"}, {"how": "sum", "column": "fine_minor"}],
            "sort": {"by": "count", "descending": True},
            "limit": 1000,
            "chart": "bars",
        }
        assert document_of(MultiValueDict(given_of(document))) == document

    @pytest.mark.parametrize("view", [view.code for view in VIEWS])
    def test_every_view_can_be_begun_with(self, view):
        document = document_of(MultiValueDict({"view": [view]}))
        asked = rules.read(document, currency="USD")
        assert asked.columns
        assert not asked.is_personal

    def test_a_condition_without_a_value_does_not_count_yet(self):
        sent = {"view": ["citations"], "f0": ["zone"], "f0is": ["is"], "f0v": [" "]}
        assert "filters" not in document_of(MultiValueDict(sent))

    def test_faults_are_said_at_their_field(self):
        sent = MultiValueDict({"view": ["citations"], "f1": ["fine_minor"], "f1v": ["x"]})
        form = QuestionForm(sent, may=lambda _: True)
        for path in (
            "filters[1].value",
            "filters[1].is",
            "sort.by",
            "limit",
            "chart",
            "columns[2]",
        ):
            assert field_of(path) in form.fields, path

    def test_columns_of_people_are_offered_to_who_may_see_them(self):
        sent = MultiValueDict({"view": ["citations"]})
        form = QuestionForm(sent, may=lambda one: one is not Permission.CUSTOMER_VIEW)
        offered = {name for name, _ in form.fields["columns"].choices}
        assert offered == {*BY_CODE["citations"].plain_names}


def test_the_demonstrations_questions_can_be_asked():
    for document in KEPT.values():
        assert sentence(rules.read(document, currency="CAD"))

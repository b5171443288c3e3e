"""Kept questions over HTTP: what the office shares, with the rights of whoever asks."""

import uuid

import pytest
from django_tenants.utils import tenant_context

from parkops.accounts import operations as accounts
from parkops.kernel.actors import SYSTEM, Actor
from reporting.models import Question
from reporting.questions import answers, operations
from tests.seed import BEGAN

PATH = "/api/v1/report-questions"
BY_ZONE = {
    "view": "citations",
    "groups": [{"column": "zone"}],
    "measures": [{"how": "count"}, {"how": "sum", "column": "fine_minor"}],
}
PLATES = {"view": "citations", "columns": ["citation", "plate"], "limit": 1}


@pytest.fixture
def keep(harbor, now):
    """Keep a question: `keep(BY_ZONE, "By zone")`."""

    def do(document, name="By zone", *, is_shared=True, ref="9"):
        return operations.keep_question(
            document,
            name=name,
            is_shared=is_shared,
            may=lambda _one: True,
            by=Actor("staff", ref, "Eve"),
            at=now,
        )

    return do


@pytest.fixture
def get(site, token):
    """Read a page of the API with some scopes."""

    def do(path, *scopes):
        return site.get(path, headers=token(*(scopes or ("reports:read", "enforcement:read"))))

    return do


def test_shared_ones_are_listed_and_answered(keep, get, cite):
    kept = keep(BY_ZONE)
    keep(BY_ZONE, "Mine", is_shared=False)
    cite("ABC 123")
    (told,) = get(PATH).json()["items"]
    assert (told["id"], told["view"]) == (str(kept.reference), "citations")
    assert told["asked"] == "Citations, by zone: count and sum of fine"
    assert get(f"{PATH}/{kept.reference}").json() == told
    found = get(f"{PATH}/{kept.reference}/answer").json()
    assert [column["kind"] for column in found["columns"]] == ["text", "count", "money"]
    (row,) = found["rows"]
    assert list(row.values())[:2] == ["LOT-B", 1]
    assert (found["currency"], found["is_cut"], found["title"]) == ("USD", False, "By zone")


def test_an_answer_has_as_many_rows_as_it_asks_for(keep, get, cite):
    kept = keep(PLATES)
    cite("ABC 123")
    cite("ABC 124")
    scopes = ("reports:read", "enforcement:read", "customers:read")
    found = get(f"{PATH}/{kept.reference}/answer", *scopes).json()
    assert (len(found["rows"]), found["is_cut"]) == (1, True)


def test_what_is_in_an_answer_needs_its_scope(keep, get):
    plain, personal = keep(BY_ZONE), keep(PLATES, "Plates")
    assert get(PATH, "reports:read").json()["items"] == []
    assert [one["name"] for one in get(PATH).json()["items"]] == ["By zone"]
    for path in (f"{PATH}/{personal.reference}", f"{PATH}/{personal.reference}/answer"):
        assert get(path).status_code == 404
    assert get(f"{PATH}/{plain.reference}/answer", "reports:read").status_code == 404
    assert get(f"{PATH}/{plain.reference}", "enforcement:read").status_code == 403


def test_nobodys_own_is_there_even_if_a_token_has_their_number(keep, get):
    for ref in map(str, range(1, 60)):
        own = keep(BY_ZONE, "Mine", is_shared=False, ref=ref)
    Question.objects.filter(pk=own.pk).update(owner_ref="")
    assert get(PATH, "admin").json()["items"] == []
    for question in Question.objects.order_by("-pk")[:1]:
        assert get(f"{PATH}/{question.reference}", "admin").status_code == 404


def test_one_that_cannot_be_asked_any_more_says_so(keep, get):
    kept = keep(BY_ZONE)
    Question.objects.update(document={"view": "gone"})
    told = get(f"{PATH}/{kept.reference}").json()
    assert (told["can_be_asked"], told["view"]) == (False, "gone")
    answer = get(f"{PATH}/{kept.reference}/answer")
    assert (answer.status_code, answer.json()["code"]) == (409, "cannot_be_asked")


def test_one_that_takes_too_long_is_refused_in_words(keep, get, cite, monkeypatch):
    kept, plain = keep(BY_ZONE), answers.statement
    cite("ABC 123")

    def slow(question, **given):
        text, values = plain(question, **given)
        return text.replace("count(*)", "count(*) + length(pg_sleep(2)::text)"), values

    monkeypatch.setattr(answers, "statement", slow)
    monkeypatch.setitem(answers.answer.__kwdefaults__, "seconds", 0.05)
    answer = get(f"{PATH}/{kept.reference}/answer")
    assert (answer.status_code, answer.json()["code"]) == (422, "takes_too_long")


def test_another_tenants_is_not_there(keep, get, other_site, hillside):
    kept = keep(BY_ZONE)
    with tenant_context(hillside):
        secret = accounts.create_token(name="t", scopes=["admin"], by=SYSTEM, at=BEGAN)[1]
    headers = {"authorization": f"Bearer {secret}"}
    for path in (f"{PATH}/{kept.reference}", f"{PATH}/{kept.reference}/answer"):
        assert other_site.get(path, headers=headers).status_code == 404
    assert other_site.get(PATH, headers=headers).json()["items"] == []
    assert get(f"{PATH}/{uuid.uuid4()}").status_code == 404


def test_whom_one_named_that_cannot_be_asked_any_more_is_told_to_who_may_see_persons(keep, get):
    kept = keep({**PLATES, "filters": [{"column": "plate", "is": "is", "value": "ANA 1"}]})
    Question.objects.update(document={**kept.document, "columns": ["gone"]})
    (told,) = get(PATH).json()["items"]
    assert (told["can_be_asked"], told["document"]) == (False, {"view": "citations"})
    assert "ANA 1" not in get(f"{PATH}/{kept.reference}").content.decode()
    assert "ANA 1" in get(PATH, "reports:read", "customers:read").content.decode()

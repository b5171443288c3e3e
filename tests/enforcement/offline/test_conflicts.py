"""The office's pages of held citations: who sees, who decides, and that it is decided once."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from enforcement.models import Citation, CitationHold
from tests.conftest import Site
from tests.enforcement.offline.conftest import NOW, record

LIST = "/office/conflicts/"


@pytest.fixture
def held(phone) -> CitationHold:
    """The second of two citations of a vehicle, written offline."""
    phone.send(record(), record(at=(NOW + timedelta(minutes=-4)).isoformat()))
    return CitationHold.objects.get()


@pytest.fixture
def desk(harbor, rita) -> Site:
    return Site("harbor").login_as(rita)


def decide(site, hold, **more):
    body = {"outcome": "stands", "reason": "The other was for another car."} | more
    return site.post(f"{LIST}{hold.pk}/", body)


class TestDeciding:
    def test_it_is_listed_shown_and_decided(self, held, desk):
        assert held.citation.number in desk.get(LIST).content.decode()
        page = desk.get(f"{LIST}{held.pk}/").content.decode()
        assert "had cited this vehicle for the same at 10:11" in page
        assert "no signal" in page
        assert decide(desk, held)["Location"] == LIST
        held.refresh_from_db()
        assert (held.outcome, held.decided_by) == ("stands", "Rita Reviewer")
        assert f"Citation {held.citation.number} stands." in desk.get(LIST).content.decode()
        assert held.citation.number not in desk.get(LIST).content.decode()
        assert "The other was for another car." in desk.get(f"{LIST}?view=decided").content.decode()

    def test_voiding_voids_it(self, held, desk):
        decide(desk, held, outcome="voided", reason="Cited twice.")
        assert Citation.objects.get(pk=held.citation_id).void_reason == "Cited twice."

    @pytest.mark.parametrize(
        ("more", "told"),
        [({"reason": ""}, "Say why."), ({"outcome": ""}, "Choose whether it stands or is voided.")],
    )
    def test_what_is_missing_is_said(self, held, desk, more, told):
        answer = decide(desk, held, **more)
        assert (answer.status_code, told in answer.content.decode()) == (422, True)
        held.refresh_from_db()
        assert held.outcome == ""

    def test_the_citations_page_says_that_it_is_held(self, held, desk):
        page = desk.get(f"/office/citations/{held.citation.number}/").content.decode()
        assert "Held: nothing about it is sent." in page

    def test_who_may_only_look_does_not_decide(self, held, phone):
        decide(phone.site, held)
        held.refresh_from_db()
        assert held.outcome == ""
        assert phone.site.get(f"{LIST}{held.pk}/").status_code == 200

    def test_who_wrote_it_does_not_decide(self, held, harbor, alice):
        Citation.objects.filter(pk=held.citation_id).update(officer_ref=str(alice.pk))
        answer = decide(Site("harbor").login_as(alice), held)
        assert "Somebody else decides" in answer.content.decode()
        assert CitationHold.objects.get().outcome == ""

    def test_another_tenant_finds_nothing(self, held, hillside, charlie):
        other = Site("hillside").login_as(charlie)
        assert other.get(f"{LIST}{held.pk}/").status_code == 404
        assert held.citation.number not in other.get(LIST).content.decode()


def test_refused_records_are_listed_with_the_reason(phone, desk):
    phone.send(record("check", zone="NOWHERE"))
    page = desk.get(f"{LIST}?view=refused").content.decode()
    assert "The program has no zone NOWHERE." in page


def test_more_of_them_are_no_more_statements(phone, desk):
    def statements() -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            desk.get(LIST)
        return len(caught)

    pairs = [
        [
            record(plate=f"P {n}"),
            record(plate=f"P {n}", at=(NOW - timedelta(minutes=4)).isoformat()),
        ]
        for n in range(4)
    ]
    phone.send(*pairs[0], *pairs[1])
    statements()
    few = statements()
    phone.send(*pairs[2], *pairs[3])
    assert CitationHold.objects.count() == 4
    assert statements() == few

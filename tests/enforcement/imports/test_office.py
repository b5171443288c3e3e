"""The imports in the office: who sees them, who undoes them."""

import pytest

from enforcement.imports.models import ImportBatch
from enforcement.models import Citation
from tests.enforcement.imports.conftest import HEAD
from tests.enforcement.imports.test_operations import A, B

LIST = "/office/imports/"


@pytest.fixture
def batch(bring) -> int:
    return bring(HEAD + A + B)[0].batch


class TestList:
    def test_shows_every_import(self, site, alice, batch):
        shown = site.login_as(alice).get(LIST).content.decode()
        assert "test.csv" in shown
        assert f"/office/imports/{batch}/" in shown

    def test_says_when_there_is_none(self, site, alice):
        assert "Nothing was imported yet" in site.login_as(alice).get(LIST).content.decode()

    def test_is_for_administrators_and_auditors(self, site, alice, otto, bob, clara):
        assert site.login_as(otto).get(LIST).status_code == 200
        for other in (bob, clara):
            assert site.login_as(other).get(LIST).status_code == 403
        site.logout()
        assert site.get(LIST).status_code == 302

    def test_costs_the_same_however_many_there_are(
        self, site, alice, bring, django_assert_num_queries
    ):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        bring(HEAD + A)
        site.login_as(alice).get(LIST)
        with CaptureQueriesContext(connection) as few:
            site.get(LIST)
        for _ in range(4):
            bring(HEAD + A)
        with django_assert_num_queries(len(few)):
            site.get(LIST)


class TestUndo:
    def test_an_administrator_undoes_an_import(self, site, alice, batch):
        site.login_as(alice)
        page = site.get(f"{LIST}{batch}/").content.decode()
        assert "Undo the import" in page
        assert "1 MAIN ST" in page
        answer = site.post(f"{LIST}{batch}/undoing/", follow=True)
        assert "2 citations were removed" in answer.content.decode()
        assert ImportBatch.objects.get(pk=batch).undone_by == "Alice Admin"
        assert not Citation.objects.exists()

    def test_an_auditor_looks_and_cannot(self, site, otto, batch):
        site.login_as(otto)
        assert "Undo the import" not in site.get(f"{LIST}{batch}/").content.decode()
        assert site.post(f"{LIST}{batch}/undoing/").status_code == 403
        assert Citation.objects.count() == 2

    def test_what_cannot_be_undone_says_why(self, site, alice, batch, now):
        Citation.objects.update(settled_at=now)
        site.login_as(alice)
        assert "2 citations of it were paid since" in site.get(f"{LIST}{batch}/").content.decode()
        assert site.post(f"{LIST}{batch}/undoing/").status_code == 422

    def test_another_tenants_import_is_not_there(self, other_site, charlie, batch):
        other_site.login_as(charlie)
        assert other_site.get(f"{LIST}{batch}/").status_code == 404
        assert other_site.post(f"{LIST}{batch}/undoing/").status_code == 404

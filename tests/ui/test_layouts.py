"""Layouts, the rail and the pages of what went wrong."""

import re

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.template import engines

from parkops.kernel.decisions import Refused
from parkops.kernel.permissions import Permission
from parkops.ui import context, errors
from tests.ui.conftest import Person, request_of

LAYOUTS = ["office", "counter", "portal", "public", "field"]


def page(layout, request=None, **given):
    source = f'{{% extends "ui/{layout}.html" %}}{{% block heading %}}Permits &amp; <i>more</i>{{% endblock %}}'
    return engines["django"].from_string(source).render(given, request or request_of())


class TestLayouts:
    @pytest.mark.parametrize("layout", LAYOUTS)
    def test_has_a_title_a_language_a_skip_link_and_its_surface(self, layout):
        text = page(layout)
        assert "<title>Permits &amp; more, Harbor &lt;Town&gt;</title>" in text
        assert '<html lang="en' in text
        assert '<a class="skip" href="#main">' in text
        assert 'id="main"' in text
        surface = "portal" if layout == "public" else layout
        assert f'data-surface="{surface}"' in text

    @pytest.mark.parametrize("layout", LAYOUTS)
    def test_carries_the_tenants_colors_with_the_nonce(self, layout):
        text = page(layout)
        assert '<style nonce="a-nonce">:root { --brand: #54318c;' in text
        assert text.count("<style") == 1
        assert " style=" not in text

    def test_htmx_neither_evaluates_nor_stores(self):
        config = re.search(r"name=\"htmx-config\" content='([^']+)'", page("office"))[1]
        for setting in ('"allowEval":false', '"historyCacheSize":0', '"allowScriptTags":false'):
            assert setting in config
        assert '{"code":"422","swap":true}' in config

    @pytest.mark.parametrize("layout", ["office", "portal"])
    def test_has_one_heading(self, layout):
        assert page(layout).count("<h1") == 1

    def test_the_public_host_has_the_platforms_colors(self):
        assert "--brand: #1d2733" in page("public", request_of(tenant=None))

    def test_a_refusal_is_told_as_an_alert(self):
        template = engines["django"].get_template("ui/refused.html")
        text = template.render({"refusal": Refused("x", "Sold out.")}, request_of())
        assert 'role="alert"' in text
        assert "Sold out." in text

    def test_the_way_back_from_a_refusal_stays_on_this_host(self):
        request = request_of()
        request.META["HTTP_REFERER"] = "https://elsewhere.example/x"
        template = engines["django"].get_template("ui/refused.html")
        text = template.render({"refusal": "no"}, request)
        assert "elsewhere" not in text


class TestRail:
    def test_is_empty_for_who_is_not_signed_in(self):
        assert context.sections_for(request_of()) == []

    def test_shows_only_what_the_person_may_open(self, monkeypatch):
        items = [
            context.rail.NavItem(
                "Jobs", "list-checks", "jobs", Permission.JOB_VIEW, "Set-up", also=("runs",)
            ),
            context.rail.NavItem("Ledger", "book-open", "ledger", Permission.LEDGER_VIEW),
            context.rail.NavItem("Gone", "x", "no:such", Permission.JOB_VIEW),
        ]
        monkeypatch.setattr(context.rail, "ITEMS", items)
        monkeypatch.setattr(
            context,
            "_url",
            lambda name: {"jobs": "/", "ledger": "/l/", "runs": "/r/"}.get(name, ""),
        )
        clerk = Person(is_authenticated=True, permissions={Permission.JOB_VIEW})
        for path, is_current in (("/", True), ("/r/7/", True), ("/x/", False)):
            (section,) = context.sections_for(request_of(path, user=clerk))
            assert section.label == "Set-up"
            entries = [(entry.label, entry.is_current) for entry in section.entries]
            assert entries == [("Jobs", is_current)]


class TestErrors:
    def test_each_has_its_status_and_its_words(self):
        request = request_of()
        for response, status, words in (
            (errors.bad_request(request, Exception()), 400, "makes no sense"),
            (errors.forbidden(request, PermissionDenied()), 403, "Your role does not include"),
            (errors.not_found(request, Http404()), 404, "Nothing is at this address"),
            (errors.fault(request), 500, "on our side"),
            (errors.unavailable(request), 503, "away for a moment"),
        ):
            text = response.content.decode()
            assert response.status_code == status
            assert words in text
            assert text.count("<h1") == 1
            assert "--brand: #54318c" in text

    def test_a_reason_is_shown_and_a_path_is_not(self):
        request = request_of("/secret<script>")
        told = errors.forbidden(request, PermissionDenied("This page is for staff.")).content
        assert b"This page is for staff." in told
        missing = errors.not_found(request, Http404({"path": "secret<script>"})).content
        assert b"secret" not in missing

    def test_in_the_office_stand_under_its_rail(self):
        staff = Person(is_authenticated=True, is_staff_member=True, name="Otto")
        for path, user, surface in (
            ("/office/reports/", staff, "office"),
            ("/my/", staff, "portal"),
            ("/office/reports/", Person(is_authenticated=True), "portal"),
            ("/office/reports/", Person(), "portal"),
        ):
            request = request_of(path, user=user)
            template = engines["django"].get_template("ui/refused.html")
            for text in (
                errors.forbidden(request, PermissionDenied("This is closed.")).content.decode(),
                errors.not_found(request, Http404("This is closed.")).content.decode(),
                template.render({"refusal": Refused("x", "This is closed.")}, request),
            ):
                assert f'data-surface="{surface}"' in text, path
                assert ('<nav class="nav"' in text) is (surface == "office")
                assert "This is closed." in text
                assert text.count("<h1") == 1

    def test_need_neither_database_nor_person(self):
        request = request_of()
        del request.user
        assert errors.fault(request).status_code == 500

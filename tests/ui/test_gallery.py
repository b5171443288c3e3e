"""The gallery: who may open it, and whether all components hold up in a real browser."""

import contextlib
import http.server
import json
import mimetypes
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.template import engines
from django.template.loader import render_to_string
from django.urls import reverse

from parkops.ui import gallery
from tests.browser import chromium
from tests.ui.conftest import Person, request_of

AT = datetime(2026, 11, 10, 15, 15, tzinfo=UTC)
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-a-nonce'; "
    "img-src 'self' data: blob:; connect-src 'self'; form-action 'self'; base-uri 'none'"
)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


class TestAccess:
    def test_staff_with_the_permission_see_it(self, site, alice):
        response = site.login_as(alice).get(reverse("office_ui:gallery"))
        assert response.status_code == 200
        assert b"Components" in response.content

    def test_others_do_not(self, site, bob):
        assert site.get(reverse("office_ui:gallery")).status_code == 302
        assert site.login_as(bob).get(reverse("office_ui:gallery")).status_code == 403


LIVE = """{% extends "ui/office.html" %}{% block heading %}Today{% endblock %}
{% block acts %}{% live "/live/" seconds=1 %}14:02{% endlive %}{% endblock %}
{% block content %}{% live_notice %}<div id="figure" data-live>0</div>
<a href="/no/" hx-get="/no/" hx-target="#figure">Older</a>
<form method="post" action="/act/">{% button "Pay" kind="primary" busy="Paying" %}</form>{% endblock %}"""


class Site:
    """A web server with the gallery, a live page and static files: no database behind it."""

    def __init__(self):
        someone = Person(is_authenticated=True, name="Priya Raman", email="p@harbor.example")
        self.is_away = False
        self.figure = 0
        self.acts = 0
        sample = gallery.sample("/office/ui/", AT)
        request = request_of("/office/ui/", user=someone)
        self.pages = {
            "/office/ui/": render_to_string("ui/gallery.html", sample, request),
            "/today/": engines["django"].from_string(LIVE).render({}, request_of("/today/")),
        }

    def answer(self, method, path):
        """Return status, headers and body."""
        if path == "/act/" and method == "POST":
            self.acts += 1
            time.sleep(0.3)
            return 200, {"Content-Type": "text/html"}, b"<title>Done</title><p>done</p>"
        if path == "/live/":
            if self.is_away:
                return 503, {}, b"away"
            self.figure += 1
            body = f'<div id="figure" hx-swap-oob="outerHTML" data-live>{self.figure}</div>'
            return (
                200,
                {"Live-Version": str(self.figure), "Content-Type": "text/html"},
                body.encode(),
            )
        if path.startswith("/static/"):
            found = finders.find(path.removeprefix("/static/"))
            if not found:
                return 404, {}, b""
            kind = mimetypes.guess_type(found)[0] or "text/plain"
            return 200, {"Content-Type": kind}, Path(found).read_bytes()
        page = self.pages.get(path)
        if page is None:
            return 404, {}, b""
        return 200, {"Content-Type": "text/html; charset=utf-8"}, page.encode()


@pytest.fixture(scope="module")
def served():
    """The pages on a port of this machine: (address, site)."""
    site = Site()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.reply("GET")

        def do_POST(self):
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.reply("POST")

        def reply(self, method):
            status, headers, body = site.answer(method, urlsplit(self.path).path)
            self.send_response(status)
            for name, value in (headers | {"Content-Security-Policy": POLICY}).items():
                self.send_header(name, value)
            self.end_headers()
            # A page that is closed while its files are on the way is no fault.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                self.wfile.write(body)

        def log_message(self, *_arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", site
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def browser():
    """One Chromium for this module."""
    with chromium.opened() as browser:
        yield browser


@pytest.fixture
def open_page(browser, served):
    """Open a page and remember what its console complains of and which hosts it asks."""
    contexts = []

    def opening(path, *, width=1280, scheme="light"):
        context = browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce"
        )
        contexts.append(context)
        page = context.new_page()
        page.complaints, page.strangers = [], []
        page.on("console", lambda m: page.complaints.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on(
            "request",
            lambda r: (
                None
                if r.url.startswith((served[0], "data:", "blob:"))
                else page.strangers.append(r.url)
            ),
        )
        page.goto(served[0] + path)
        return page

    yield opening
    for context in contexts:
        context.close()


@pytest.mark.browser
class TestGallery:
    @pytest.mark.parametrize("width", [360, 1280])
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_passes_axe_asks_nobody_and_fits(self, open_page, width, scheme):
        from axe_playwright_python.sync_playwright import Axe

        page = open_page("/office/ui/", width=width, scheme=scheme)
        page.wait_for_selector("[data-keys]:not([hidden])")
        found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
        assert json.dumps([(one["id"], [n["html"] for n in one["nodes"]]) for one in found]) == "[]"
        assert page.complaints == []
        assert page.strangers == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0

    def test_fits_at_320_pixels(self, open_page):
        page = open_page("/office/ui/", width=320)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0

    def test_the_keypad_types_and_the_plate_is_doubted(self, open_page):
        page = open_page("/office/ui/")
        page.click("[data-key=clear]")
        for key in "7M":
            page.click(f"[data-key='{key}']")
        page.click("[data-key=delete]")
        assert page.input_value(".plate__typed") == "7"
        page.fill(".input--plate", "8krt2o4!")
        assert page.input_value(".input--plate") == "8KRT2O4"
        page.click("[data-plate-doubt] button")
        assert page.input_value(".input--plate") == "8KRT204"
        assert not page.is_visible("[data-plate-doubt]")

    def test_a_dialog_opens_and_rows_are_counted(self, open_page):
        page = open_page("/office/ui/")
        page.click("text=Revoke…")
        assert page.evaluate("document.querySelector('dialog').open")
        page.click("text=Keep it")
        assert not page.evaluate("document.querySelector('dialog').open")
        page.check("[data-select-all]")
        assert page.inner_text("[data-selected]") == "2 selected"

    def test_a_large_photo_is_made_small(self, open_page, tmp_path):
        from PIL import Image

        Image.effect_noise((2400, 1200), 60).convert("RGB").save(tmp_path / "car.jpg", quality=97)
        page = open_page("/office/ui/")
        page.set_input_files("po-photo input", tmp_path / "car.jpg")
        page.wait_for_selector("[data-photo-shown] img")
        size = page.evaluate("document.querySelector('po-photo input').files[0].size")
        assert size < (tmp_path / "car.jpg").stat().st_size
        shape = page.evaluate(
            "(async () => { const b = await createImageBitmap(document.querySelector('po-photo input')"
            ".files[0]); return [b.width, b.height]; })()"
        )
        assert shape == [1600, 800]


@pytest.mark.browser
class TestLive:
    def test_figures_move_stand_still_when_the_server_is_away_and_recover(self, open_page, served):
        _, site = served
        page = open_page("/today/")
        page.wait_for_selector("#figure:text-matches('[1-9]')")
        site.is_away = True
        page.wait_for_selector("#figure[data-stale]", timeout=5000)
        assert "Trying again in" in page.inner_text("[data-live-notice]")
        assert page.inner_text("[data-live-age]").startswith("Paused, numbers from")
        site.is_away = False
        page.click("[data-live-now]")
        page.wait_for_selector("#figure:not([data-stale])", timeout=5000)
        assert not page.is_visible("[data-live-notice]")

    def test_pause_stops_them(self, open_page, served):
        _, site = served
        page = open_page("/today/")
        page.click("[data-live-pause]")
        before = site.figure
        page.wait_for_timeout(1600)
        assert site.figure == before
        page.click("[data-live-pause]")
        page.wait_for_timeout(300)
        assert site.figure > before

    def test_a_part_that_does_not_come_is_said_not_to_have(self, open_page):
        page = open_page("/today/")
        page.click("text=Older")
        page.wait_for_selector(".toasts :text('This was refused')")

    def test_a_form_is_sent_once_however_often_it_is_clicked(self, open_page, served):
        _, site = served
        page = open_page("/today/")
        site.acts = 0
        said = page.evaluate(
            "() => { const b = document.querySelector('form button.button--primary');"
            " b.click(); b.click(); b.click(); return [b.innerText, b.ariaBusy]; }"
        )
        page.wait_for_selector("text=done")
        assert said == ["Paying", "true"]
        assert site.acts == 1

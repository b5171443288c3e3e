"""PDFs say what they must, are tagged, and fetch nothing whatever is in them."""

import http.server
import threading
from io import BytesIO

import pytest
from pypdf import PdfReader

from parkops.ui import charts, pdf
from tests.ui.conftest import TENANT

SOURCE = """{% extends "ui/pdf/base.html" %}{% block heading %}Permit {{ number }}{% endblock %}
{% block ref %}{% when at "long" %}{% endblock %}{% block content %}{% money 14850 %}{{ evil }}
{% qr "x" size="30mm" %}<figure>{% paper_chart chart %}</figure>{% because lines %}
{{ raw|safe }}{% endblock %}"""


@pytest.fixture
def permit(settings, tmp_path):
    """Render the sample paper with whatever is put on it."""
    (tmp_path / "permit.html").write_text(SOURCE)
    settings.TEMPLATES = [
        {**settings.TEMPLATES[0], "DIRS": [*settings.TEMPLATES[0]["DIRS"], tmp_path]}
    ]

    def render(**context):
        from datetime import UTC, datetime

        given = {
            "tenant": TENANT,
            "number": "R-2026-00417",
            "at": datetime(2025, 10, 15, 21, 6, tzinfo=UTC),
            "chart": charts.bars([charts.Point("a", 3)], title="t"),
            "lines": ["LOT-A is enforced."],
        }
        return pdf.render("permit.html", given | context)

    return render


def read(paper):
    return PdfReader(BytesIO(paper))


def text_of(paper):
    return "\n".join(page.extract_text() for page in read(paper).pages)


class TestRender:
    def test_has_its_words_in_the_tenants_place(self, permit):
        text = text_of(permit())
        for words in ("Permit R-2026-00417", "15 October 2025, 14:06", "$148.50", "Page 1 of 1"):
            assert words in text

    def test_is_tagged_titled_and_in_a_language(self, permit):
        document = read(permit())
        root = document.trailer["/Root"]
        assert document.metadata.title == "Permit R-2026-00417, Harbor <Town>"
        assert root["/Lang"].startswith("en")
        assert root["/MarkInfo"]["/Marked"]
        assert b"pdfuaid" in root["/Metadata"].get_data()

    def test_is_on_letter_paper_in_the_united_states(self, permit):
        box = read(permit()).pages[0].mediabox
        assert (round(box.width), round(box.height)) == (612, 792)

    def test_names_no_folder_of_the_machine(self, permit):
        paper = permit()
        assert b"/work" not in paper
        assert b"file:" not in paper

    def test_what_people_typed_is_text(self, permit):
        assert "<img src=x>" in text_of(permit(evil="<img src=x>"))


@pytest.fixture
def listener():
    """A server on this machine that remembers whether anyone asked."""
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


class TestHostile:
    def test_no_address_is_asked(self, permit, listener):
        address, asked = listener
        raw = f"""<img src="{address}/a.png"><link rel="stylesheet" href="{address}/b.css">
        <link rel="attachment" href="{address}/c"><a rel="attachment" href="{address}/d">x</a>
        <style>@import "{address}/e.css"; p {{ background: url({address}/f.png) }}</style><p>y</p>
        <object data="{address}/g.svg"></object><svg><image href="{address}/h.png"/></svg>"""
        permit(raw=raw)
        assert asked == []

    @pytest.mark.parametrize(
        "how", ["img src", "link rel=attachment href", "a rel=attachment href"]
    )
    def test_no_file_is_read(self, permit, tmp_path, how):
        secret = tmp_path / "secret.txt"
        secret.write_text("the-secret-of-this-machine")
        document = read(permit(raw=f'<{how}="file://{secret}">x'))
        assert list(document.attachments) == []
        assert b"the-secret" not in permit(raw=f'<{how}="file://{secret}">x')

    def test_the_fetcher_refuses_all_but_data(self):
        fetcher = pdf.NothingFetched()
        for address in ("http://127.0.0.1/", "file:///etc/hostname", "ftp://x/", "FILE:///x"):
            with pytest.raises(ValueError, match="fetches nothing"):
                fetcher.fetch(address)
        assert fetcher.fetch("data:,hello").read() == b"hello"


def test_joined_keeps_all_pages_in_order(permit):
    paper = pdf.joined([permit(number="R-1"), permit(number="R-2")])
    pages = [page.extract_text() for page in read(paper).pages]
    assert len(pages) == 2
    assert "R-1" in pages[0]
    assert "R-2" in pages[1]


def test_a_style_sheet_that_is_not_there_is_said_to_be():
    with pytest.raises(FileNotFoundError, match=r"nowhere\.css"):
        pdf.sheet("css/pdf/nowhere.css")

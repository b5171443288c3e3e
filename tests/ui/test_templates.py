"""What holds for the text of every template: nothing inline, nothing from elsewhere, no bare input."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.template import engines

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html")) + sorted(
    (ROOT / "templates").rglob("*.svg")
)
ON_PAPER = {path for path in TEMPLATES if "pdf" in path.parts}
IN_MAIL = {path for path in TEMPLATES if "email" in path.parts}
PAGES = [path for path in TEMPLATES if path not in ON_PAPER | IN_MAIL]
NONCE = '<style nonce="{% if request %}'

each_page = pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
each = pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))


@each_page
def test_no_style_or_script_is_inline(path):
    text = path.read_text()
    assert not re.search(r"\sstyle\s*=", text)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text)
    assert "hx-on" not in text
    assert "javascript:" not in text
    assert "hx-vals='js:" not in text
    for style in re.findall(r"<style[^>]*>", text):
        assert NONCE in text, style
    for script in re.findall(r"<script[^>]*>", text):
        assert "src=" in script or "application/json" in script, script


@each
def test_nothing_comes_from_another_host(path):
    for attribute in re.findall(
        r"(?:src|href|action|url\()\s*=?\s*[\"'(]?(https?:)?//[^\s\"']+", path.read_text()
    ):
        pytest.fail(f"{path} asks another host: {attribute}")


@each
def test_is_a_template_that_django_reads(path):
    engines["django"].get_template(str(path.relative_to(ROOT / "templates")))


@each_page
def test_filters_of_htmx_triggers_are_not_used(path):
    for trigger in re.findall(r'hx-trigger="([^"]*)"', path.read_text()):
        assert "[" not in trigger


class Inputs(HTMLParser):
    """Collects the inputs that a person fills, the labels, and the pictures without words."""

    def __init__(self):
        super().__init__()
        self.inputs, self.labels, self.bare_images, self.depth = [], set(), [], 0

    def handle_starttag(self, tag, attrs):
        """Look at one element."""
        given = dict(attrs)
        if tag == "label":
            self.depth += 1
            self.labels.add(given.get("for"))
        if tag in ("input", "select", "textarea") and given.get("type") not in ("hidden", "submit"):
            named = self.depth or "aria-label" in given or "aria-labelledby" in given
            self.inputs.append((given.get("id"), bool(named)))
        if tag == "img" and "alt" not in given:
            self.bare_images.append(given)

    def handle_endtag(self, tag):
        """Leave a label."""
        if tag == "label":
            self.depth -= 1


@each_page
def test_inputs_have_labels_and_pictures_have_words(path):
    read = Inputs()
    read.feed(path.read_text())
    bare = [ids for ids, named in read.inputs if not named and ids not in read.labels]
    assert bare == []
    assert read.bare_images == []


SHEETS = sorted((ROOT / "static/css").rglob("*.css"))
SCRIPTS = sorted((ROOT / "static/js").rglob("*.js"))


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.name)
def test_style_sheets_fetch_nothing_and_stay_in_their_layer(path):
    text = path.read_text()
    assert "@import" not in text
    assert "url(" not in text
    if "pdf" not in path.parts:
        assert re.search(r"^@layer ", text, re.MULTILINE)
    assert text.count("{") == text.count("}")


def test_every_component_sheet_is_linked():
    linked = (ROOT / "templates/ui/_stylesheets.html").read_text()
    for path in SHEETS:
        if "components" in path.parts:
            assert f"css/components/{path.name}" in linked


def test_components_take_their_colors_from_tokens():
    drawn_in_the_world = {"plate.css", "verdict.css", "keypad.css"}
    for path in SHEETS:
        if "components" in path.parts and path.name not in drawn_in_the_world:
            assert not re.search(r"#[0-9a-f]{3,8}\b", path.read_text()), path.name


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_short_and_evaluate_nothing(path):
    text = path.read_text()
    assert len(text.splitlines()) <= 90
    assert "eval(" not in text
    assert "new Function" not in text
    assert "http" not in re.sub(r"http://www\.w3\.org", "", text)

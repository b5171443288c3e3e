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


def faults(paths, check):
    """Return the templates that `check` finds something in, with what it found."""
    found = {str(path.relative_to(ROOT)): list(check(path.read_text())) for path in paths}
    return {name: what for name, what in found.items() if what}


def test_there_are_templates():
    assert len(PAGES) > 30


def test_no_style_or_script_is_inline():
    def check(text):
        yield from re.findall(r"\sstyle\s*=", text)
        yield from re.findall(r"\son[a-z]+\s*=\s*[\"']", text)
        yield from re.findall(r"hx-on|javascript:|hx-vals='js:", text)
        yield from (tag for tag in re.findall(r"<style[^>]*>", text) if "csp_nonce" not in text)
        scripts = re.findall(r"<script[^>]*>", text)
        yield from (tag for tag in scripts if "src=" not in tag and "application/json" not in tag)

    assert faults(PAGES, check) == {}


def test_nothing_comes_from_another_host():
    loaded = r"(?:src|srcset|data|xlink:href)\s*=\s*[\"'](?:https?:)?//|url\([\"']?(?:https?:)?//|<link[^>]*//"
    assert faults(TEMPLATES, lambda text: re.findall(loaded, text)) == {}


def test_all_are_templates_that_django_reads():
    for path in TEMPLATES:
        engines["django"].get_template(str(path.relative_to(ROOT / "templates")))


def test_filters_of_htmx_triggers_are_not_used():
    assert faults(PAGES, lambda text: re.findall(r'hx-trigger="[^"]*\[', text)) == {}


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


def test_inputs_have_labels_and_pictures_have_words():
    def check(text):
        read = Inputs()
        read.feed(text)
        yield from (ids for ids, named in read.inputs if not named and ids not in read.labels)
        yield from read.bare_images

    assert faults(PAGES, check) == {}


SHEETS = sorted((ROOT / "static/css").rglob("*.css"))
SCRIPTS = sorted((ROOT / "static/js").rglob("*.js"))


def test_style_sheets_fetch_nothing_and_stay_in_their_layer():
    for path in SHEETS:
        text = path.read_text()
        assert "@import" not in text, path
        assert "url(" not in text, path
        assert "pdf" in path.parts or re.search(r"^@layer ", text, re.MULTILINE), path
        assert text.count("{") == text.count("}"), path


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

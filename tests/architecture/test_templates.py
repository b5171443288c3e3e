"""Templates, styles and scripts: nothing inline, nothing from another host, words for every picture."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.architecture.code import ROOT

TEMPLATES = sorted(
    path for path in (ROOT / "templates").rglob("*") if path.suffix in {".html", ".svg"}
)
SHEETS = sorted((ROOT / "static").rglob("*.css"))
SCRIPTS = sorted((ROOT / "static").rglob("*.js"))

# The tenant's three colors, under a nonce.
BRAND = ROOT / "templates/ui/base.html"
TAG = re.compile(r"{[{%#].*?[%}#]}", re.DOTALL)
OUTSIDE = re.compile(r"^\s*(https?:)?//", re.IGNORECASE)
FETCHED = {"src", "srcset", "href", "action", "formaction", "poster", "data", "xlink:href"}
FETCHED |= {f"hx-{method}" for method in ("get", "post", "put", "patch", "delete")}


class Reader(HTMLParser):
    """Collects the faults of one template; `is_printed` templates carry their own style."""

    def __init__(self, *, is_printed: bool) -> None:
        super().__init__()
        self.is_printed = is_printed
        self.faults: list[str] = []

    def handle_starttag(self, tag, attrs):
        """Look at one element."""
        given = {name: value or "" for name, value in attrs}
        if tag == "style" and not self.is_printed:
            self.faults.append("<style>")
        if tag == "script" and "src" not in given and given.get("type") != "application/json":
            self.faults.append("an inline <script>")
        if tag == "img" and "alt" not in given:
            self.faults.append("<img> without alt")
        for name, value in given.items():
            self._look_at(tag, name, value)

    def _look_at(self, tag, name, value):
        if name == "style" and not self.is_printed:
            self.faults.append(f"style= on <{tag}>")
        if re.fullmatch(r"on[a-z]+", name) or name.startswith("hx-on"):
            self.faults.append(f"{name}= on <{tag}>")
        if name == "hx-trigger" and "[" in value:
            self.faults.append(f"a filter in hx-trigger on <{tag}>")
        if name in {"hx-vals", "hx-headers"} and value.lstrip().startswith(("js:", "javascript:")):
            self.faults.append(f"a script in {name}")
        if name in FETCHED and (OUTSIDE.match(value) or value.strip().startswith("javascript:")):
            self.faults.append(f"{name}={value!r}")


def faults(text: str, path: Path) -> list[str]:
    """Return what is wrong with the template `text` at `path`."""
    is_printed = bool({"pdf", "email"} & set(path.parts)) or path.suffix == ".svg"
    if path == BRAND:
        text = re.sub(r"<style nonce=.*?</style>", "", text, count=1, flags=re.DOTALL)
    reader = Reader(is_printed=is_printed)
    # A tag inside an attribute may hold quotes: what it writes is judged in the browser's tests.
    reader.feed(TAG.sub("", text))
    if re.search(r"\|\s*safe\b|autoescape\s+off", text):
        reader.faults.append("text that is not escaped")
    return reader.faults


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_is_clean(path):
    assert faults(path.read_text(), path) == []


def test_the_brand_is_styled_under_a_nonce():
    (style,) = re.findall(r"<style[^>]*>", TAG.sub("", BRAND.read_text()))
    assert "nonce=" in style


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.name)
def test_a_style_sheet_fetches_nothing(path):
    assert not re.search(r"@import|url\(\s*[\"']?(https?:)?//", path.read_text())


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_asks_no_other_host_and_evaluates_nothing(path):
    text = path.read_text().replace("http://www.w3.org", "")
    assert not re.search(r"https?://|\beval\(|new Function|innerHTML\s*=|document\.write", text)


@pytest.mark.parametrize(
    "text",
    [
        "<p style='color: red'>",
        "<style>p { color: red }</style>",
        "<script>alert(1)</script>",
        '<button onclick="go()">',
        '<button hx-on:click="go()">',
        '<button hx-on::after-request="go()">',
        '<div hx-trigger="click[ctrlKey]">',
        '<script src="https://cdn.test/x.js"></script>',
        '<link rel="stylesheet" href="//cdn.test/x.css">',
        '<img src="/x.png">',
        '<a href="javascript:go()">',
        "{{ text|safe }}",
    ],
)
def test_a_planted_fault_is_found(text):
    assert faults(text, ROOT / "templates/permits/office/list.html")


def test_what_is_allowed_is_left_alone():
    clean = (
        '<img src="{{ url }}" alt=""><script src="/static/x.js"></script>'
        '<a {% if x %}href="{{ y }}"{% endif %}>{% icon "car" %}</a><p hx-trigger="every 2s">'
    )
    assert faults(clean, ROOT / "templates/permits/office/list.html") == []

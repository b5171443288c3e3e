"""The customer's side is complete in French and Spanish, and what runs is what translators wrote."""

import re
import string

import pytest

from parkops.ui import wording
from parkops.ui.wording import LANGUAGES, ROOT

NAMED = re.compile(r"%\((\w+)\)s")


def places(text):
    """Return the placeholders of a message, of both kinds."""
    found = set(NAMED.findall(text))
    if "%(" not in text:
        found |= {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    return found


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request):
    return request.param


class TestTheCatalogs:
    def test_have_every_word_and_no_other(self, language):
        there = {message.id for message in wording.catalog(language) if message.id}
        wanted = {message.id for message in wording.update(language) if message.id}
        assert there == wanted, "run `python manage.py wording` and translate what is new"

    def test_say_everything(self, language):
        empty = [
            message.id
            for message in wording.catalog(language)
            if message.id
            and not (all(message.string) if isinstance(message.string, tuple) else message.string)
        ]
        assert empty == []

    def test_have_nothing_fuzzy_or_obsolete(self, language):
        catalog = wording.catalog(language)
        assert [message.id for message in catalog if message.id and message.fuzzy] == []
        assert list(catalog.obsolete) == []

    def test_keep_the_placeholders_of_each_message(self, language):
        wrong = []
        for message in wording.catalog(language):
            if not message.id:
                continue
            plural = isinstance(message.id, tuple)
            wanted = places(message.id[1] if plural else message.id)
            if plural:
                wanted |= places(message.id[0])
            for form in message.string if plural else [message.string]:
                may_lack = {"n", "count"} if plural else set()
                said = places(form)
                if not (wanted - may_lack <= said <= wanted):
                    wrong.append((message.id, form))
        assert wrong == []

    def test_are_compiled_as_they_are_written(self, language):
        compiled = wording.po_path(language).with_suffix(".mo").read_bytes()
        assert compiled == wording.mo_bytes(wording.catalog(language)), "run `manage.py wording`"

    def test_are_written_as_the_command_writes_them(self, language):
        written = wording.po_path(language).read_bytes()
        assert written == wording.po_bytes(wording.catalog(language))


class TestFindingWords:
    def test_finds_tags_blocks_plurals_and_the_words_of_components(self):
        source = """{% load i18n %}{% translate "One" %}{% blocktranslate %}Hi {{ name }}{% endblocktranslate %}
        {% blocktranslate count n=3 %}a thing{% plural %}{{ n }} things{% endblocktranslate %}
        {% button "Go on" kind="primary" busy="Going" %}{% answer "Plate" url %}{% endanswer %}
        {% notice "Bold." tone="warn" %}{% endnotice %}{% steps 2 5 "dates" %}
        {% verdict "good" "Valid" sub=x %}"""
        assert {one for one, _ in wording.in_template(source)} == {
            *("One", "Hi %(name)s", "a thing", "Go on", "Going", "Plate", "Bold.", "dates"),
            "Valid",
        }

    def test_finds_what_rules_say_and_forms_ask(self):
        source = """
WORDS = {"a.code": ("Permit paid", "good")}
class F:
    name = CharField(label="Name", error_messages={"required": "Type it."})
def rule(n):
    if n: return Refused("code", "It is over.")
    return say_n("{n} day", "{n} days", n) if n else say("Free from {day}.", day=1)
"""
        assert set(wording.in_code(source)) == {
            *(("Permit paid", ""), ("Name", ""), ("Type it.", ""), ("It is over.", "")),
            *(("{n} day", "{n} days"), ("Free from {day}.", "")),
        }

    def test_no_template_of_customers_has_words_outside_of_tags(self):
        bare = {}
        for path in wording._files(ROOT, wording.TEMPLATES):
            name = path.relative_to(ROOT).as_posix()
            if name.startswith(wording.NOT_FOR_CUSTOMERS):
                continue
            words = bare_words(path.read_text())
            if words - {"ParkOps", "portal", "narrow", "pdf", "permit", "citations", "permits"}:
                bare[name] = words
        assert bare == {}


def bare_words(source):
    """Return the words of a template that no tag translates: runs of three letters in its text."""
    text = re.sub(r"{% blocktranslate.*?{% endblocktranslate %}", "", source, flags=re.DOTALL)
    text = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}", "\n", text, flags=re.DOTALL)
    text = re.sub(r"<(style|svg)\b.*?</\1>|<[^>]*>", "\n", text, flags=re.DOTALL)
    text = re.sub(r"(/[a-z]+)+/", "", text)
    return set(re.findall(r"[^\W\d_]{3,}", text)) - {"nbsp", "middot", "amp", "doctype"}

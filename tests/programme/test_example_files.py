"""The programs of docs/examples and the snippets of docs/guides/rules.md: they pass, and sell."""

import re
from datetime import date
from pathlib import Path

import pytest
import yaml

from parkops.programme import lint, load

DOCS = Path(__file__).parents[2] / "docs"
EXAMPLES = sorted((DOCS / "examples").glob("*.yaml"))
GUIDE = (DOCS / "guides" / "rules.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
TODAY = date(2026, 11, 10)
HEAD = """\
schema: 1
programme: {name: T, timezone: America/New_York, currency: USD}
"""
BARE = "zones: [{code: A, name: A, kind: lot}]\n"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_an_example_has_no_faults_and_nothing_unwanted(path):
    assert lint.findings(load.read(path).programme, today=TODAY) == []


@pytest.mark.parametrize("snippet", SNIPPETS)
def test_a_snippet_of_the_guide_passes_the_check(snippet):
    body = snippet if "zones" in yaml.safe_load(snippet) else BARE + snippet
    load.load(HEAD + body, "rules.md")


def test_the_guide_has_every_group_of_rules_once():
    rows = re.findall(r"^\| (\d+) \|", GUIDE, re.MULTILINE)
    assert sorted(map(int, rows)) == list(range(1, 32))


CITY = (DOCS / "examples" / "city.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("right", "wrong", "found"),
    [
        (
            "grants: [{zones: [RZ-1, RZ-2], when: Mon-Sat 07:00-19:00}]",
            "grants: [{zones: [RZ-1, RZ-2], when: Sun 07:00-10:00}]",
            "permit type BUSINESS: it grants RZ-1, RZ-2 Sun 07:00-10:00, when none of them is enforced",
        ),
        (
            'floor: "20.00"',
            'floor: "120.00"',
            "permit type RES-1: its floor, £120.00, is above its base, £95.00",
        ),
        (
            'refund: {basis: daily, fee: "25.00"}',
            "refund: {basis: daily, none_after: 2026-03-31}",
            "permit type QUAY-SEASON: nothing is ever refunded, for none_after, 2026-03-31, is before its term",
        ),
        (
            "    quota: {total: 400}\n",
            "",
            "permit type BUSINESS: it has a waitlist and no quota, so that nobody ever waits",
        ),
    ],
)
def test_lint_catches_a_permit_type_with_a_wrong_rule(right, wrong, found):
    assert right in CITY
    programme = load.load(CITY.replace(right, wrong), "city.yaml").programme
    assert found in lint.findings(programme, today=TODAY)

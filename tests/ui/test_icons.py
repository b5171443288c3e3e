"""The icons are those of the list, in the package and in the templates."""

import re
from pathlib import Path

import pytest

from parkops import nav
from parkops.ui import icons

ROOT = Path(__file__).resolve().parents[2]


def test_every_name_is_drawn():
    for name in icons.NAMES:
        drawn = icons.svg(name)
        assert drawn.startswith('<svg class="icon"'), name
        assert drawn.endswith("</svg>"), name
        assert 'aria-hidden="true"' in drawn, name


def test_another_name_is_refused():
    with pytest.raises(ValueError, match=r"icons\.py"):
        icons.svg("unicorn")


def test_the_rail_uses_icons_of_the_list():
    assert {item.icon for item in nav.ITEMS} <= icons.NAMES


def test_templates_use_icons_of_the_list():
    used = {
        name
        for template in (ROOT / "templates").rglob("*.html")
        for name in re.findall(
            r"""\{%\s*icon\s+"([^"]+)"|\bicon="([^"]+)\"""", template.read_text()
        )
        for name in name
        if name
    }
    assert used - icons.NAMES == set()
    assert used

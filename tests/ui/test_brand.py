"""The colours that a tenant may have."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkops.ui import brand

COLORS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
GOOD = ("#54318c", "#bda8ee", "#d9a441")


def test_contrast_is_that_of_wcag():
    assert brand.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert brand.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert brand.contrast("#54318c", "#54318c") == 1


class TestCheck:
    def test_lets_the_platforms_own_and_a_good_brand_pass(self):
        own = brand.PLATFORM
        assert brand.check(own.brand, own.night, own.mark) == []
        assert brand.check(*GOOD) == []

    def test_refuses_a_brand_too_light_with_the_nearest_that_passes(self):
        (refusal,) = brand.check("#c9a0ff", GOOD[1], GOOD[2])
        assert refusal.field == "brand"
        assert not refusal.is_warning
        assert brand.check(refusal.nearest, GOOD[1], GOOD[2]) == []
        assert refusal.nearest in refusal.reason

    def test_asks_both_papers(self):
        assert brand.contrast("#767676", "#ffffff") > 4.5
        (refusal,) = brand.check("#767676", GOOD[1], GOOD[2])
        assert refusal.field == "brand"

    def test_refuses_a_night_brand_too_dark(self):
        (refusal,) = brand.check(GOOD[0], "#331166", GOOD[2])
        assert refusal.field == "brand_night"

    def test_only_warns_of_a_hue_that_means_something(self):
        found = brand.check("#8f1d18", GOOD[1], GOOD[2])
        assert [(one.field, one.is_warning) for one in found] == [("brand", True)]

    @pytest.mark.parametrize("text", ["", "red", "#fff", "#12345g", "#123456;}", "url(x)"])
    def test_refuses_what_is_no_color(self, text):
        assert [one.field for one in brand.check(text, GOOD[1], GOOD[2])] == ["brand"]

    @given(COLORS)
    def test_the_nearest_is_always_readable(self, color):
        for papers in (brand.LIGHT_PAPERS, brand.DARK_PAPERS):
            nearest = brand.nearest_readable(color, papers)
            assert all(brand.contrast(nearest, paper) >= 4.5 for paper in papers)


def test_a_tenant_with_a_broken_color_gets_the_platforms():
    tenant = SimpleNamespace(brand="#54318c", brand_night="</style>", brand_mark="")
    assert brand.brand_of(tenant) == brand.Brand("#54318c", "#dbe1e7", "#f2b705")

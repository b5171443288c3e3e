"""A tenant's three colours, and whether people can read what is written in them."""

import colorsys
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Brand:
    """The colours of a tenant as `#rrggbb`: on light paper, on dark, and the second stripe."""

    brand: str
    night: str
    mark: str


PLATFORM = Brand("#1d2733", "#dbe1e7", "#f2b705")

TEXT_CONTRAST = 4.5
LIGHT_PAPERS = ("#ffffff", "#f3f2ee")
DARK_PAPERS = ("#171c21", "#0f1317")
STATES = {"good": "#1b7a44", "warn": "#b46c00", "bad": "#c0302a"}
NEAR_HUE_DEGREES = 25
GREY_SATURATION = 0.15


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one of the colours cannot be used, and the nearest that can; a warning may be kept."""

    field: str
    reason: str
    nearest: str = ""
    is_warning: bool = False


def brand_of(tenant: Any) -> Brand:
    """Return the colours of `tenant`, the platform's own for what it left out or wrote wrongly."""
    return Brand(
        _or(getattr(tenant, "brand", ""), PLATFORM.brand),
        _or(getattr(tenant, "brand_night", ""), PLATFORM.night),
        _or(getattr(tenant, "brand_mark", ""), PLATFORM.mark),
    )


def check(brand: str, night: str, mark: str) -> list[Refusal]:
    """Return what stands against these colours, in the order of the fields; nothing if they pass.

    Text of 4.5:1 is asked of `brand` on both light papers and of `night` on both dark ones. A brand
    whose hue is within 25 degrees of a state's colour is only warned of.
    """
    found = [
        Refusal(field, "A color is written as # and six digits or letters a to f, such as #54318c.")
        for field, value in (("brand", brand), ("brand_night", night), ("brand_mark", mark))
        if not is_color(value)
    ]
    if found:
        return found
    for field, color, papers, where in (
        ("brand", brand, LIGHT_PAPERS, "light"),
        ("brand_night", night, DARK_PAPERS, "dark"),
    ):
        least = min(contrast(color, paper) for paper in papers)
        if least < TEXT_CONTRAST:
            nearest = nearest_readable(color, papers)
            reason = (
                f"Text in {color} reads at {least:.1f}:1 on {where} paper and needs 4.5:1. "
                f"The nearest that does is {nearest}."
            )
            found.append(Refusal(field, reason, nearest))
    for state, color in STATES.items():
        if _hue_apart(brand, color) < NEAR_HUE_DEGREES:
            reason = (
                f"This color is close to the one that means “{_MEANINGS[state]}”; "
                "people may take a link for a state."
            )
            found.append(Refusal("brand", reason, is_warning=True))
    return found


_MEANINGS = {"good": "it holds", "warn": "it needs a look", "bad": "it is wrong or owed"}


def is_color(text: str) -> bool:
    """Return whether `text` is a color such as #54318c, and nothing else."""
    return (
        len(text) == 7 and text[0] == "#" and all(c in "0123456789abcdef" for c in text[1:].lower())
    )


def contrast(one: str, other: str) -> float:
    """Return the WCAG contrast of two colors: 1 for equal ones, 21 for black on white."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def nearest_readable(color: str, papers: tuple[str, ...]) -> str:
    """Return the color of the same hue and saturation, least moved, that is 4.5:1 on `papers`."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*_channels(color))
    steps = sorted((step / 200 for step in range(201)), key=lambda step: abs(step - lightness))
    for step in steps:
        tried = _hex(colorsys.hls_to_rgb(hue, step, saturation))
        if all(contrast(tried, paper) >= TEXT_CONTRAST for paper in papers):
            return tried
    raise ValueError("no lightness is readable on papers both light and dark")


def _or(value: str, otherwise: str) -> str:
    return value if is_color(value or "") else otherwise


def _channels(color: str) -> tuple[float, float, float]:
    red, green, blue = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue


def _hex(channels: tuple[float, float, float]) -> str:
    return "#" + "".join(f"{round(channel * 255):02x}" for channel in channels)


def _luminance(color: str) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _channels(color)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _hue_apart(one: str, other: str) -> float:
    first, second = colorsys.rgb_to_hls(*_channels(one)), colorsys.rgb_to_hls(*_channels(other))
    if first[2] < GREY_SATURATION:
        return 180.0
    apart = abs(first[0] - second[0]) * 360
    return min(apart, 360 - apart)

"""The icons that ParkOps uses, drawn by the `lucide` package. No other names exist."""

import re
from functools import cache
from importlib import resources
from zipfile import ZipFile

NAMES = frozenset(
    [
        "arrow-down",
        "arrow-right",
        "arrow-up",
        "ban",
        "bell",
        "book-open",
        "calendar",
        "camera",
        "car",
        "chart-column",
        "chart-line",
        "check",
        "chevron-down",
        "chevron-left",
        "chevron-right",
        "chevron-up",
        "circle-check",
        "circle-question-mark",
        "circle-x",
        "clock",
        "copy",
        "credit-card",
        "delete",
        "download",
        "external-link",
        "eye",
        "file-text",
        "file-up",
        "flag",
        "gavel",
        "history",
        "house",
        "image",
        "info",
        "key-round",
        "landmark",
        "languages",
        "link",
        "list-checks",
        "list-filter",
        "locate-fixed",
        "lock",
        "log-in",
        "log-out",
        "mail",
        "map",
        "map-pin",
        "menu",
        "message-square",
        "mic",
        "moon",
        "pause",
        "pencil",
        "phone",
        "play",
        "plug",
        "plus",
        "printer",
        "receipt",
        "refresh-cw",
        "rotate-ccw",
        "save",
        "scale",
        "scan-line",
        "search",
        "settings",
        "shield-check",
        "shuffle",
        "sliders-horizontal",
        "square-parking",
        "sun",
        "tag",
        "ticket",
        "trash-2",
        "triangle-alert",
        "truck",
        "upload",
        "user",
        "users",
        "wallet",
        "wifi-off",
        "wrench",
        "x",
    ]
)


@cache
def svg(name: str) -> str:
    """Return the icon as inline SVG in the colour of the text, hidden from screen readers.

    :raises ValueError: if `name` is not in NAMES.
    """
    if name not in NAMES:
        raise ValueError(f"No icon is called {name!r}; parkops/ui/icons.py lists them.")
    shapes = _drawn()[name].partition("<svg")[2].partition(">")[2]
    shapes = re.sub(r"\s*\n\s*", "", shapes)
    return f'<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">{shapes}'


@cache
def _drawn() -> dict[str, str]:
    """Return every icon as the package has it: opening its archive costs more than reading all of them."""
    archive = resources.files("lucide").joinpath("lucide.zip")
    with archive.open("rb") as packed, ZipFile(packed) as icons:
        return {name: icons.read(f"{name}.svg").decode() for name in NAMES}

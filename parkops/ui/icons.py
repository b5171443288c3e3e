"""The icons that ParkOps uses, drawn by the `lucide` package. No other names exist."""

import re
from functools import cache

from lucide import _render_icon

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
        "check",
        "chevron-down",
        "chevron-left",
        "chevron-right",
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
        "languages",
        "link",
        "list-checks",
        "list-filter",
        "lock",
        "log-in",
        "log-out",
        "mail",
        "map",
        "map-pin",
        "menu",
        "message-square",
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
    paths = re.sub(r"\s*\n\s*", "", _render_icon(name, None)).partition(">")[2]
    return f'<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">{paths}'

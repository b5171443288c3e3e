"""Drawn components: charts, sparks, meters, maps and QR codes, as SVG made on the server."""

from collections.abc import Callable
from typing import Any

import segno
from django.template import Library
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from parkops.ui import charts, maps
from parkops.ui.brand import PLATFORM
from parkops.ui.markup import filled, joined

register = Library()


@register.simple_tag
def chart(drawn: charts.Chart, table: bool = True) -> SafeString:
    """Draw a chart of `parkops.ui.charts` for the page, with the same numbers as a table below."""
    beside = drawn.names if drawn.shape == "heat" else [tick.text for tick in drawn.ticks]
    told = {
        "chart": drawn,
        "beside": joined("<span>{}</span>", ([text] for text in beside)),
        "grid": _grid(drawn),
        "marks": _marks(drawn),
        "below": joined("<span>{}</span>", ([label] for label in drawn.labels)),
        "rows": _rows(drawn) if table else "",
        "table": table,
    }
    return render_to_string("ui/components/chart.html", told)


_GROUP, _GROUP_END, _LINK_END = mark_safe("<g>"), mark_safe("</g>"), mark_safe("</a>")


def _grid(drawn: charts.Chart) -> SafeString:
    """The lines across a chart, the lowest of which is its base."""
    return joined(
        '<line class="{}" x1="0" x2="100" y1="{:.2f}" y2="{:.2f}"/>',
        (
            ("chart__base" if tick is drawn.ticks[-1] else "chart__grid", tick.y, tick.y)
            for tick in drawn.ticks
        ),
    )


def _marks(drawn: charts.Chart) -> SafeString:
    """The marks of a chart, each with what it says and the link to its rows."""
    return joined(
        '{}<title>{}</title><rect class="{}" x="{:.2f}" y="{:.2f}" width="{:.2f}" height="{:.2f}"/>{}',
        (
            (
                filled('<a href="{}">', mark.point.url) if mark.point.url else _GROUP,
                mark.title,
                _mark_class(drawn, mark),
                mark.x,
                mark.y,
                mark.width,
                mark.height,
                _LINK_END if mark.point.url else _GROUP_END,
            )
            for mark in drawn.marks
        ),
    )


def _mark_class(drawn: charts.Chart, mark: charts.Mark) -> str:
    if drawn.shape == "line":
        return "chart__hit"
    if drawn.shape == "heat":
        return f"chart__cell chart__cell--{mark.tone}"
    now = " chart__bar--now" if mark.point.is_now else ""
    return f"chart__bar{now}" + (f" chart__bar--{mark.tone}" if mark.tone else "")


def _rows(drawn: charts.Chart) -> SafeString:
    """The rows of the table below a chart."""
    cells = '<td class="num">{}</td>' * (len(drawn.heads) - 1)
    rows = ((label, *values) for label, values in drawn.rows)
    return joined(f'<tr><th scope="row">{{}}</th>{cells}</tr>', rows)


PAPER_WIDTH, PAPER_LEFT, PAPER_BOTTOM = 680.0, 34.0, 20.0
_PAPER_GREYS = ("#85888a", "#c6c2b7", "#444c56", "#e0ddd5")


@register.simple_tag(takes_context=True)
def paper_chart(context: Any, drawn: charts.Chart, height: int = 130) -> SafeString:
    """Draw the same chart for a PDF: labels within the drawing, literal fills, no links."""
    accent = context.get("brand", PLATFORM).brand
    wide = PAPER_WIDTH - PAPER_LEFT
    tall = height - PAPER_BOTTOM - 8
    every = -(-len(drawn.labels) // 31) or 1
    slot = wide / max(len(drawn.labels), 1)

    def x_of(x: float) -> float:
        return PAPER_LEFT + wide * x / charts.SIDE

    def y_of(y: float) -> float:
        return 8 + tall * y / charts.SIDE

    fills = _fills(drawn, accent)
    marks = [
        {
            "x": x_of(mark.x),
            "y": y_of(mark.y),
            "width": wide * mark.width / charts.SIDE,
            "height": tall * mark.height / charts.SIDE,
            "fill": fills[mark.tone % len(fills)],
        }
        for mark in drawn.marks
    ]
    labels = [
        {"x": PAPER_LEFT + slot * (i + 0.5), "text": text}
        for i, text in enumerate(drawn.labels)
        if i % every == 0
    ]
    ticks = [{"y": y_of(tick.y), "text": tick.text} for tick in drawn.ticks]
    return render_to_string(
        "ui/charts/paper.svg",
        {
            "chart": drawn,
            "width": PAPER_WIDTH,
            "height": height,
            "left": PAPER_LEFT,
            "base": y_of(charts.SIDE),
            "marks": marks if drawn.shape != "line" else [],
            "labels": [] if drawn.shape == "shares" else labels,
            "ticks": ticks,
            "path": _moved(drawn.path, x_of, y_of),
            "before": _moved(drawn.before, x_of, y_of),
            "accent": accent,
        },
    )


def _moved(path: str, x_of: Callable[[float], float], y_of: Callable[[float], float]) -> str:
    """Return a path of `charts` in the units of the paper, so that its stroke keeps its width."""
    corners = [pair.split() for pair in path.removeprefix("M").split(" L") if pair]
    return charts.path([(x_of(float(x)), y_of(float(y))) for x, y in corners])


def _fills(drawn: charts.Chart, accent: str) -> tuple[str, ...]:
    if drawn.shape != "heat":
        return (accent, *_PAPER_GREYS)
    return ("#ffffff", *(_blend(accent, step / charts.HEAT_TONES) for step in range(1, 6)))


def _blend(color: str, share: float) -> str:
    channels = [int(color[i : i + 2], 16) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(255 - (255 - channel) * share):02x}" for channel in channels)


@register.simple_tag
def sparkline(drawn: charts.Spark, label: str) -> SafeString:
    """Draw a spark with the previous period behind it."""
    before = format_html('<path class="spark__before" d="{}"/>', drawn.before)
    return format_html(
        '<svg class="spark" viewBox="0 0 100 30" preserveAspectRatio="none" role="img" '
        'aria-label="{}">{}<path d="{}"/></svg>',
        f"{label}, over time" + (", with the period before behind it" if drawn.before else ""),
        before if drawn.before else "",
        drawn.path,
    )


@register.simple_tag
def meter(
    value: float, total: float, label: str = "", tone: str = "", before: float | None = None
) -> SafeString:
    """Draw a share of a whole, with a tick where it was `before`: "E1 is 92 percent full"."""
    share = min(max(value / total, 0), 1) if total else 0.0
    spoken = f"{label + ' is ' if label else ''}{round(100 * share)} percent full"
    tick = ""
    if before is not None and total:
        tick = format_html(
            '<rect class="meter__tick" x="{}%" y="0" width="2" height="14"/>',
            f"{100 * min(max(before / total, 0), 1):.1f}",
        )
    return format_html(
        '<svg class="meter"{} role="img" aria-label="{}">'
        '<rect class="meter__track" y="2" width="100%" height="10" rx="1.5"/>'
        '<rect class="meter__value" y="2" width="{}%" height="10" rx="1.5"/>{}</svg>',
        format_html(' data-tone="{}"', tone) if tone else "",
        spoken,
        f"{100 * share:.1f}",
        tick,
    )


@register.simple_tag
def zone_map(drawn: maps.Map | None, small: bool = False) -> SafeString:
    """Draw a map of `parkops.ui.maps`, or nothing for None. A list stands beside it."""
    if drawn is None:
        return SafeString("")
    return render_to_string("ui/components/map.html", {"map": drawn, "small": small})


@register.simple_tag
def qr(text: str, label: str = "QR code", size: str = "", fill: str = "#000") -> SafeString:
    """Draw `text` as a QR code. `size` is a width such as 30mm, for paper; CSS sizes a page's.

    On paper its title is what is read aloud; on a page it would hang at the pointer.
    """
    code = segno.make(text, error="m", micro=False)
    rows = [
        f"M{x} {y}h1v1h-1z"
        for y, row in enumerate(code.matrix)
        for x, dark in enumerate(row)
        if dark
    ]
    side = len(code.matrix) + 8
    measure = format_html(' width="{0}" height="{0}"', size) if size else ""
    title = format_html("<title>{}</title>", label) if size else ""
    drawn = mark_safe("".join(rows))  # noqa: S308  figures only
    return format_html(
        '<svg class="qr" viewBox="-4 -4 {0} {0}"{1} role="img" aria-label="{2}">{5}'
        '<rect x="-4" y="-4" width="{0}" height="{0}" fill="#fff"/>'
        '<path d="{3}" fill="{4}"/></svg>',
        side,
        measure,
        label,
        drawn,
        fill,
        title,
    )

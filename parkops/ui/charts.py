"""Where the marks of a chart stand. Pure geometry in a box of 100 by 100, y downwards; no markup.

A chart is drawn from these values by `templates/ui/charts`, on the page and on paper alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import floor, log10

SIDE = 100.0
BAR_SHARE = 0.64
SMALLEST_STEP = 1e-9
ALMOST = 1 - 1e-12


@dataclass(frozen=True, slots=True)
class Point:
    """One value of a series: its label, the value (0 or more), its rows, and what is said of it."""

    label: str
    value: float
    url: str = ""
    text: str = ""
    is_now: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A rectangle of a chart, with the point that it stands for. Sizes are in the box."""

    point: Point
    x: float
    y: float
    width: float
    height: float
    tone: int = 0

    @property
    def title(self) -> str:
        """What a reader is told of the mark."""
        return self.point.text or f"{self.point.label}: {figure(self.point.value)}"


@dataclass(frozen=True, slots=True)
class Tick:
    """A line across the chart and the figure beside it."""

    y: float
    text: str


MOST_UPRIGHT = 12
"""Of more labels only every third is written where there is little room."""
LETTERS_NARROW = 34
"""So many letters have room below a chart on a phone."""


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything that is drawn, and the numbers once more as a table.

    `shape` is bars, stacked, line, heat or shares. `before` is the path of the previous period, `band` the
    outline of what a line may be between, `steps` up to what each tone of a heat map stands for.
    """

    shape: str
    title: str
    labels: list[str]
    marks: list[Mark]
    ticks: list[Tick] = field(default_factory=list)
    path: str = ""
    before: str = ""
    band: str = ""
    heads: list[str] = field(default_factory=list)
    rows: list[tuple[str, list[str]]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    steps: list[tuple[int, str]] = field(default_factory=list)

    @property
    def stands_narrow(self) -> bool:
        """Whether its labels stand upright where there is little room: few, but long."""
        longest = max(map(len, self.labels), default=0)
        return len(self.labels) <= MOST_UPRIGHT and longest * len(self.labels) > LETTERS_NARROW

    @property
    def told(self) -> str:
        """What is read aloud in place of the drawing where no table stands below it."""
        marks = "; ".join(mark.title for mark in self.marks)
        return f"{self.title}: {marks}" if marks else self.title

    @property
    def has_links(self) -> bool:
        """Whether a mark leads to its rows, which makes the drawing a group and not a picture."""
        return any(mark.point.url for mark in self.marks)


@dataclass(frozen=True, slots=True)
class Spark:
    """A small line without axes, in a box of 100 by 30, and the same of the previous period."""

    path: str
    before: str = ""


def figure(value: float) -> str:
    """Return a number without needless decimals: 8, 8.5, 1,204."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}".rstrip("0")


def scale_top(largest: float, steps: int = 4) -> float:
    """Return the top of an axis of `steps` equal and round steps that holds `largest`.

    A step is 1, 2, 2.5, 4, 5 or 8 times a power of ten, and whole where `largest` is.
    """
    raw = largest / steps
    if raw < SMALLEST_STEP:
        return float(steps)
    power = 10.0 ** floor(log10(raw))
    sizes = [size * power for size in (1, 2, 2.5, 4, 5, 8, 10, 20) if size * power >= raw * ALMOST]
    if float(largest).is_integer():
        sizes = [size for size in sizes if size.is_integer()] or [1.0]
    return sizes[0] * steps


def ticks(top: float, steps: int = 4) -> list[Tick]:
    """Return the lines of an axis from `top` at y 0 down to zero at y 100."""
    return [Tick(SIDE * i / steps, figure(top * (steps - i) / steps)) for i in range(steps + 1)]


def bars(
    series: Sequence[Point],
    *,
    title: str,
    head: str = "",
    before: Sequence[float | None] = (),
    names: tuple[str, str] = ("Now", "Before"),
) -> Chart:
    """Place one bar for each point, left to right; `before` is a line through the middles."""
    points = list(series)
    top = scale_top(
        max([p.value for p in points] + [v for v in before if v is not None], default=0)
    )
    step = SIDE / max(len(points), 1)
    marks = [
        Mark(
            point,
            step * i + step * (1 - BAR_SHARE) / 2,
            SIDE * (1 - point.value / top),
            step * BAR_SHARE,
            SIDE * point.value / top,
        )
        for i, point in enumerate(points)
    ]
    middles = [
        (step * (i + 0.5), SIDE * (1 - value / top))
        for i, value in enumerate(before)
        if value is not None
    ]
    told = list(before) + [None] * (len(points) - len(before))
    rows = [
        (p.label, [figure(p.value)] + ([figure(b) if b is not None else ""] if before else []))
        for p, b in zip(points, told, strict=False)
    ]
    return Chart(
        "bars",
        title,
        [point.label for point in points],
        marks,
        ticks(top),
        before=path(middles),
        heads=[head, *(names if before else names[:1])],
        rows=rows,
        names=list(names if before else []),
    )


def stacked(
    labels: Sequence[str],
    series: Sequence[tuple[str, Sequence[Point]]],
    *,
    title: str,
    head: str = "",
) -> Chart:
    """Place named series on each other, the first at the bottom, a column for each label."""
    totals = [sum(points[i].value for _, points in series) for i in range(len(labels))]
    top = scale_top(max(totals, default=0))
    step = SIDE / max(len(labels), 1)
    marks = []
    for i in range(len(labels)):
        y = SIDE
        for tone, (_, points) in enumerate(series):
            height = SIDE * points[i].value / top
            y -= height
            x = step * i + step * (1 - BAR_SHARE) / 2
            marks.append(Mark(points[i], x, y, step * BAR_SHARE, height, tone))
    rows = [
        (label, [figure(points[i].value) for _, points in series] + [figure(totals[i])])
        for i, label in enumerate(labels)
    ]
    names = [name for name, _ in series]
    return Chart(
        "stacked",
        title,
        list(labels),
        marks,
        ticks(top),
        heads=[head, *names, "Total"],
        rows=rows,
        names=names,
    )


def line(
    series: Sequence[Point],
    *,
    title: str,
    head: str = "",
    before: Sequence[float | None] = (),
    names: tuple[str, str] = ("Now", "Before"),
    band: Sequence[tuple[float, float]] = (),
) -> Chart:
    """Place a line through the points; a mark of full height carries each title and link.

    `band` is between what each of the points may be: it lies behind the line, and stands in the table.
    """
    if band:
        return _within(series, band, title=title, head=head, name=names[0])
    drawn = bars(series, title=title, head=head, before=before, names=names)
    step = SIDE / max(len(drawn.marks), 1)
    marks = [Mark(m.point, step * i, 0.0, step, SIDE) for i, m in enumerate(drawn.marks)]
    middles = [(step * (i + 0.5), m.y) for i, m in enumerate(drawn.marks)]
    return Chart(
        "line",
        title,
        drawn.labels,
        marks,
        drawn.ticks,
        path=path(middles),
        before=drawn.before,
        heads=drawn.heads,
        rows=drawn.rows,
        names=drawn.names,
    )


def _within(
    series: Sequence[Point],
    band: Sequence[tuple[float, float]],
    *,
    title: str,
    head: str,
    name: str,
) -> Chart:
    """A line with what it may be between."""
    points = list(series)
    top = scale_top(max([p.value for p in points] + [high for _, high in band], default=0))
    step = SIDE / max(len(points), 1)

    def placed(values: Sequence[float]) -> list[tuple[float, float]]:
        return [(step * (i + 0.5), SIDE * (1 - value / top)) for i, value in enumerate(values)]

    highs, lows = placed([high for _, high in band]), placed([low for low, _ in band])
    return Chart(
        "line",
        title,
        [point.label for point in points],
        [Mark(point, step * i, 0.0, step, SIDE) for i, point in enumerate(points)],
        ticks(top),
        path=path(placed([point.value for point in points])),
        band=path([*highs, *reversed(lows)]),
        heads=[head, name, "At least", "At most"],
        rows=[
            (point.label, [figure(point.value), figure(low), figure(high)])
            for point, (low, high) in zip(points, band, strict=True)
        ],
    )


HEAT_TONES = 5


def heat(
    labels: Sequence[str],
    lines: Sequence[tuple[str, Sequence[Point]]],
    *,
    title: str,
    head: str = "",
) -> Chart:
    """Place a grid: one line for each name (a weekday), one cell for each label (an hour).

    A cell's `tone` is 0 for nothing and otherwise 1 to 5 by its share of the largest.
    """
    largest = max((point.value for _, points in lines for point in points), default=0)
    width, height = SIDE / max(len(labels), 1), SIDE / max(len(lines), 1)
    marks = [
        Mark(point, width * i, height * j, width, height, _tone(point.value, largest))
        for j, (_, points) in enumerate(lines)
        for i, point in enumerate(points)
    ]
    return Chart(
        "heat",
        title,
        list(labels),
        marks,
        heads=[head, *labels],
        rows=[(name, [figure(point.value) for point in points]) for name, points in lines],
        names=[name for name, _ in lines],
        steps=_steps([point.value for _, points in lines for point in points]),
    )


def _steps(values: Sequence[float]) -> list[tuple[int, str]]:
    """Return each tone that a value can have, with the largest such value: of whole ones a whole one."""
    largest = max(values, default=0)
    unit = 1 if all(float(value).is_integer() for value in values) else 10
    found, below = [], 0.0
    for tone in range(1, HEAT_TONES + 1):
        top = floor(largest * tone / HEAT_TONES * unit + SMALLEST_STEP) / unit
        if top > below:
            found.append((tone, figure(top)))
            below = top
    return found


def _tone(value: float, largest: float) -> int:
    if value <= 0 or largest <= 0:
        return 0
    return max(1, min(HEAT_TONES, -int(-HEAT_TONES * value // largest)))


def shares(series: Sequence[Point], *, title: str, head: str = "") -> Chart:
    """Place parts of a whole along one bar of the full width, in the order given."""
    total = sum(point.value for point in series)
    marks, x = [], 0.0
    for tone, point in enumerate(series):
        width = SIDE * point.value / total if total else 0.0
        marks.append(Mark(point, x, 0.0, width, SIDE, tone))
        x += width
    rows = [
        (p.label, [figure(p.value), f"{round(100 * p.value / total)} %" if total else "0 %"])
        for p in series
    ]
    return Chart(
        "shares",
        title,
        [point.label for point in series],
        marks,
        heads=[head, "Count", "Share"],
        rows=rows,
        names=[point.label for point in series],
    )


SPARK_HEIGHT = 30.0
SPARK_PAD = 3.0


def spark(values: Sequence[float], before: Sequence[float] = (), *, slots: int = 0) -> Spark:
    """Return a small line of `values` in `slots` slots (or as many as the longer series)."""
    width = max(slots, len(values), len(before)) - 1
    everything = [*values, *before]
    low, high = min(everything, default=0), max(everything, default=0)
    reach = (high - low) or 1

    def placed(series: Sequence[float]) -> str:
        tall = SPARK_HEIGHT - SPARK_PAD - 2
        return path(
            [
                (SIDE * i / max(width, 1), SPARK_PAD + tall * (high - value) / reach)
                for i, value in enumerate(series)
            ]
        )

    return Spark(placed(values), placed(before))


def path(points: Sequence[tuple[float, float]]) -> str:
    """Return an SVG path through the points; nothing for none, a short stroke for a single one."""
    if not points:
        return ""
    drawn = [f"{x:.1f} {y:.1f}" for x, y in points]
    if len(drawn) == 1:
        drawn.append(f"{points[0][0] + 0.1:.1f} {points[0][1]:.1f}")
    return "M" + " L".join(drawn)

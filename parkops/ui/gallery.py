"""Every component in every state, on one page at /office/ui/, which the browser test scans."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from parkops.kernel.money import Money
from parkops.kernel.permissions import Permission
from parkops.ui import charts, icons, maps, regions
from parkops.ui.access import may
from parkops.ui.pages import page
from parkops.ui.values import Event, Option, Reason, Tab, Todo


class Sample(forms.Form):
    """One field of each kind; bound, so that what is left out shows its error."""

    reason = forms.CharField(help_text="The customer reads this.")
    valid_from = forms.CharField(label="Valid from")
    note = forms.CharField(widget=forms.Textarea, required=False)
    zone = forms.ChoiceField(choices=[("E1", "East Garage, E1"), ("N4", "Library North, N4")])
    way = forms.ChoiceField(
        choices=[("card", "Card"), ("counter", "At the counter")], widget=forms.RadioSelect
    )
    permit = forms.ChoiceField(
        choices=[("e1", "E1"), ("r9", "R9"), ("n4", "N4")], widget=forms.RadioSelect
    )
    agree = forms.BooleanField(label="I will keep to the parking rules.", required=False)
    plate = forms.CharField(label="Plate")
    region = forms.ChoiceField(label="State or province", choices=regions.choices)
    typed = forms.CharField(label="Plate to check")
    photo = forms.FileField(label="Photo", required=False)

    def clean_valid_from(self) -> str:
        """Refuse the day that the sample is filled with."""
        raise forms.ValidationError(
            "31 September does not exist. Give a date such as 30 September 2025."
        )


@may(Permission.UI_GALLERY)
def show(request: HttpRequest) -> HttpResponse:
    """Show the gallery. Its components that ask for a part of themselves are told that nothing is new."""
    if request.htmx:
        return HttpResponse(status=204)
    return page(request, "ui/gallery.html", sample(request.path, timezone.now()))


def sample(url: str, at: datetime) -> dict[str, Any]:
    """Return what the gallery is filled with: made up, the same each day, as of `at`."""
    currency = "USD"
    form = Sample(
        {
            "reason": "Left the university",
            "valid_from": "31 Sep 2025",
            "zone": "E1",
            "way": "card",
            "permit": "e1",
            "plate": "8KRT2O4",
            "region": "WA",
            "typed": "8KRT 20",
        }
    )
    hours = [4, 7, 11, 11, 12, 11, 8]
    before = [5, 7, 8, 10, 11, 11, 6, 8, 6, 5, 2, 1]
    labels = [f"{hour:02}" for hour in range(7, 19)]
    around = [f"{hour:02}" for hour in range(24)]
    now = [
        charts.Point(label, value, f"{url}?hour={label}", f"{label}:00, {value} citations", i == 6)
        for i, (label, value) in enumerate(zip(labels, hours, strict=False))
    ]
    later = [charts.Point(label, 0) for label in labels[len(hours) :]]
    days = ["Mon", "Tue", "Wed", "Thu", "Fri"]
    return {
        "at": at,
        "hold_ends": at + timedelta(minutes=15),
        "form": form,
        "options": [
            Option(
                "e1",
                "East Garage, E1",
                "Weekdays all day, covered. 93 places left.",
                Money(14850, currency),
            ),
            Option("r9", "Research Park, R9", "Open lot.", Money(7200, currency)),
            Option(
                "n4",
                "Library North, N4",
                price=Money(21000, currency),
                refused="Sold out. 318 people wait.",
                url=f"{url}?wait",
                url_text="Join the waitlist",
            ),
        ],
        "taken": Money(1284650, currency),
        "owed": Money(4500, currency),
        "credit": Money(-1650, currency),
        "total": Money(14850, currency),
        "reasons": [
            Reason("Winter quarter, E1", Money(16500, currency)),
            Reason(
                "Graduate assistant, −10 %",
                Money(-1650, currency),
                "because payroll says 0.5 FTE this year",
            ),
        ],
        "bars": charts.bars(
            [*now, *later],
            title="Citations by hour",
            head="Hour",
            before=before,
            names=("today", "last Tuesday"),
        ),
        "line": charts.line(
            now, title="Checks by hour", head="Hour", before=before[:7], names=("today", "before")
        ),
        "stacked": charts.stacked(
            days,
            [
                ("Card", [charts.Point(day, 5 + i) for i, day in enumerate(days)]),
                ("Cash", [charts.Point(day, 3) for day in days]),
                ("Check", [charts.Point(day, 1) for day in days]),
            ],
            title="Payments by day and way",
            head="Day",
        ),
        "heat": charts.heat(
            around,
            [
                (day, [charts.Point(label, (i * j) % 7) for j, label in enumerate(around)])
                for i, day in enumerate(days)
            ],
            title="Occupancy by weekday and hour",
            head="Day",
        ),
        "shares": charts.shares(
            [charts.Point("Paid", 38), charts.Point("Open", 17), charts.Point("Appealed", 6)],
            title="Citations of the month",
            head="State",
        ),
        "spark": charts.spark([3, 5, 11, 20, 26, 28], [2, 6, 12, 18, 25, 26, 24, 20], slots=12),
        "map": maps.draw(_places(url), title="Map of zones. N4 is full, H1 is nearly full."),
        "events": [
            Event(at, "CS-61204", "No valid permit, $45.00", "bad", url, "8KRT 204", "WA"),
            Event(at - timedelta(minutes=4), "R-2025-00417 renewed", "East Garage", "good"),
            Event(datetime(2025, 10, 9, 21, 0, tzinfo=UTC), "Call answered", "4 min"),
        ],
        "todo": [
            Todo("12", "Appeals waiting", url, "4 have new evidence", "due tomorrow", "warn"),
            Todo("3", "Boots to release", url, "All paid", "today"),
        ],
        "tabs": [
            Tab("All", url, 11206),
            Tab("Ends within 30 days", url, 412, current=True),
            Tab("Unpaid", url, 86),
        ],
        "rows": [
            SimpleNamespace(
                number="R-2024-00417", state="Ends tomorrow", tone="warn", holder="Mei Tanaka",
                plate="7BVX 318", owes=Money(0, currency),
            ),
            SimpleNamespace(
                number="C-2025-20417", state="In force", tone="good", holder="Tanner Whitlock",
                plate="", owes=Money(4500, currency),
            ),
        ],
        "page": Paginator(range(412), 12).page(2),
        "tones": ["good", "warn", "bad", "info"],
        "icons": sorted(icons.NAMES),
    }  # fmt: skip


def _places(url: str) -> list[maps.Place]:
    def block(west: float, south: float, wide: float) -> dict[str, Any]:
        east, north = west + wide, south + 0.004
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        return {"type": "Polygon", "coordinates": [ring]}

    return [
        maps.Place("W6", block(-122.340, 47.606, 0.010), "434 free", f"{url}?zone=W6"),
        maps.Place("N4", block(-122.328, 47.606, 0.010), "1 free", f"{url}?zone=N4", "bad"),
        maps.Place("H1", block(-122.316, 47.606, 0.010), "12 free", f"{url}?zone=H1", "warn"),
        maps.Place("S3", block(-122.340, 47.601, 0.034), "448 free", f"{url}?zone=S3"),
    ]

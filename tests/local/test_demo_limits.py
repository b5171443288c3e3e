"""What the demonstration's office set on its dashboards."""

from parkops.local.demo import limits
from reporting.dashboards.figures import FIGURES
from reporting.models import FigureLimit
from reporting.operations import filters


def test_figures_have_limits_and_one_of_them_has_hours(harbor, alice, site, now):
    limits.set_up(alice, by=filters.actor_of(alice), at=now)
    kept = FigureLimit.objects.filter(owner__isnull=True)
    assert kept.count() == len(limits.LIMITS)
    assert [one.figure for one in kept.exclude(hours="")] == ["officers"]
    site.login_as(alice)
    shown = site.get("/office/limits/").content.decode()
    assert "Under 1, Mon-Fri 10:00-16:00" in shown
    for one in kept:
        assert FIGURES[one.figure].label in shown

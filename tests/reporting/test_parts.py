"""The parts of a dashboard as HTML: drawn once for all who are to see the same, never for others."""

from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.utils import timezone
from django_tenants.utils import tenant_context

from parkops.accounts.models import User
from parkops.kernel.permissions import Role
from parkops.ui import parts
from reporting.dashboards.figures import FIGURES, Stat
from reporting.queries import desks, live
from reporting.views.dashboard import FIGURE
from tests.conftest import Site, _tenant

pytestmark = pytest.mark.django_db


@pytest.fixture
def drawn(monkeypatch) -> list[str]:
    """What was drawn since, by the name of its template."""
    names: list[str] = []
    draw = parts._drawn

    def drawing(template, part, request):
        names.append(getattr(part, "code", template))
        return draw(template, part, request)

    monkeypatch.setattr(parts, "_drawn", drawing)
    return names


def look_again() -> None:
    with tenant_context(_tenant("harbor")):
        cache.delete_many([*live.SHARED.keys, *desks.SHARED.keys])


def shown(who: User, slug: str = "harbor") -> str:
    return Site(slug).login_as(who).get("/office/live/?v=0").content.decode()


def test_the_second_who_sees_the_same_has_nothing_drawn(harbor, alice, drawn):
    other = User.objects.create_user("anna@harbor.example", None, roles=[Role.ADMINISTRATOR])
    first = shown(alice)
    assert len(drawn) > 8
    drawn.clear()
    assert shown(other) == first
    assert drawn == []


def test_only_what_changed_is_drawn_again(harbor, alice, drawn, sell, person):
    before = shown(alice)
    drawn.clear()
    with tenant_context(harbor):
        sell(person("ana", "STAFF"), "MONTH", at=timezone.now())
    look_again()
    assert shown(alice) != before
    assert {"permits", "sold"} <= {*drawn} <= {"permits", "sold", "taken", "events"}


def test_who_may_see_less_gets_no_part_of_who_may_see_more(harbor, alice, rita, drawn):
    """The reviewer's own line of what waits, and her own events, are other parts than the administrator's."""
    shown(alice)
    drawn.clear()
    html = shown(rita)
    assert "Taken today" not in html
    assert "office/payments" not in html


def test_another_tenants_parts_are_its_own(harbor, hillside, alice, drawn):
    shown(alice)
    drawn.clear()
    with tenant_context(hillside):
        other = User.objects.filter(roles__contains=[Role.ADMINISTRATOR]).first()
    assert other is not None
    shown(other, "hillside")
    assert {"permits", "events"} <= {*drawn}


@pytest.mark.parametrize("field", [name for name in Stat.__slots__ if name != "value"])
def test_whatever_a_figure_says_tells_it_from_others(field):
    one = Stat("permits", FIGURES["permits"].label, 3, "/office/permits/")
    other = replace(one, **{field: "else"})
    assert parts._digest(FIGURE, one) != parts._digest(FIGURE, other)


def test_no_part_asks_who_looks():
    """What a part says is all in what it is given: else one would see what was drawn for another."""
    folder = Path(settings.BASE_DIR) / "templates/reporting/office"
    files = [*(folder / "panels").glob("*.html"), folder / "_figure.html", folder / "_panel.html"]
    assert len(files) > 10
    for file in files:
        assert not {"request", "user", "perms"} & {*file.read_text().replace(".", " ").split()}, (
            file
        )

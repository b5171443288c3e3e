"""The dashboards as they are looked at: every desk, the wall, and one left open for an hour over restarts."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO

import pytest
from django.db import connection, connections
from django.utils import timezone
from psycopg import sql
from pypdf import PdfReader

from enforcement.operations import citations as issuing
from parkops.accounts.models import User
from parkops.kernel.actors import SYSTEM
from parkops.kernel.permissions import Role
from reporting.dashboards.desks import DESKS
from reporting.queries import desks, live, sharing
from tests import databases
from tests.browser.chromium import Watched
from tests.conftest import _tenant

pytestmark = pytest.mark.browser

SCREENS = [(360, "light"), (360, "dark"), (1280, "light"), (1280, "dark")]
FIGURE = "#citations .stat__value"


@pytest.fixture(autouse=True)
def _harbor(served) -> None:
    """Everything here is harbor's."""
    connection.set_tenant(_tenant("harbor"))


@pytest.fixture
def cite(served):
    """Write a citation that was issued just now."""

    def do(plate: str) -> None:
        at = timezone.now() - timedelta(seconds=1)
        draft = issuing.Draft(None, plate, "", "LOT-B", "FIRE-LANE", at)
        issuing.issue_citation(draft, by=SYSTEM, at=at)

    return do


def test_every_desk_and_the_wall(visitor, session_of, things):
    watched = visitor(session=session_of("alice@harbor.example"))
    wrong = []
    for name, path in [
        *((code, f"/office/desks/{code}/") for code in DESKS),
        ("arrange", "/office/desks/today/arrangement/"),
        ("wall", "/office/wall/"),
    ]:
        assert watched.page.goto(path).status == 200
        for width, scheme in SCREENS:
            watched.turn(width=width, scheme=scheme)
            wrong += [f"{path} at {width}, {scheme}: {fault}" for fault in watched.faults()]
            watched.keep_picture(f"desk-{name}-{width}-{scheme}")
    watched.turn(width=1280, scheme="light")
    for code in DESKS:
        watched.page.goto(f"/office/desks/{code}/")
        for size in ("Letter", "A4"):
            paper = PdfReader(BytesIO(watched.page.pdf(format=size)))
            assert len(paper.pages) == 1, f"{code} on {size}"
        words = paper.pages[0].extract_text()
        assert "Arrange" not in words
        for title in watched.page.locator(".desk h2").all_inner_texts():
            assert title in words, f"{code} on paper"
    watched.page.emulate_media(media="print")
    assert not watched.page.locator(".topbar, .nav, po-live, .button").filter(visible=True).count()
    watched.page.set_viewport_size({"width": 1920, "height": 1080})
    watched.page.emulate_media(media="screen")
    watched.page.goto("/office/wall/")
    assert watched.page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    smallest = watched.page.evaluate(
        "Math.min(...[...document.querySelectorAll('#wall :is(.wall__label, .wall__value, th, td b)')]"
        ".map((one) => parseFloat(getComputedStyle(one).fontSize)))"
    )
    assert smallest >= 24, "what is read from four metres"
    assert not wrong, "\n".join(wrong)


def test_a_desk_is_arranged_by_keyboard_alone(visitor, session_of):
    User.objects.create_user("lou@harbor.example", None, name="Lou", roles=[Role.CLERK])
    watched = visitor(session=session_of("lou@harbor.example"), java_script_enabled=False)
    page = watched.page
    page.goto("/office/desks/counter/arrangement/")
    page.get_by_role("button", name="Move Taken today up").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**act=up**")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == (
        "Move Taken today up"
    )
    page.goto("/office/")
    labels = page.locator(".stat__label").all_inner_texts()
    assert labels.index("Taken today") < labels.index("Permits sold today")


class LeftOpen:
    """A dashboard that nobody touches; its clock goes as fast as the test says, its server answers as it does."""

    def __init__(self, watched: Watched) -> None:
        self.page = watched.page
        self.asked = 0
        self.page.clock.install()
        self.page.on("request", self._count)
        self.page.goto("/office/desks/today/")
        self.page.evaluate("window.untouched = true")

    def _count(self, request) -> None:
        self.asked += "/office/live/" in request.url

    def minutes(self, count: float) -> int:
        """Let so many minutes pass on the page; returns how often it asked meanwhile.

        It waits nine to eleven seconds from an answer on, and the clock stands still for the answer: in
        steps of twelve it asks once in each.
        """
        before = self.asked
        for _ in range(round(count * 5)):
            self.page.clock.run_for(12_000)
            self.page.wait_for_function("() => !document.querySelector('po-live').asking")
        return self.asked - before

    def figure(self) -> str:
        return self.page.locator(FIGURE).inner_text()

    def is_stale(self) -> bool:
        return self.page.locator("#desk[data-stale]").count() == 1

    def is_warned(self) -> bool:
        return self.page.locator("[data-live-notice]").is_visible()


def test_a_dashboard_left_open_for_an_hour(visitor, session_of, served, cite, things):
    """The web server and the database are away in turns; it says so, comes back by itself, and is right."""
    open_ = LeftOpen(visitor(session=session_of("alice@harbor.example")))
    page, began = open_.page, int(open_.figure())
    page.locator(FIGURE).focus()
    assert open_.minutes(5) >= 20
    assert not open_.is_stale()

    cite("OPEN 1")
    _look_again()
    open_.minutes(0.5)
    assert int(open_.figure()) == began + 1
    assert page.evaluate("document.activeElement.closest('.stat')?.id") == "citations"

    served.server.end()
    asked = open_.minutes(10)
    assert open_.is_stale()
    assert open_.is_warned()
    assert asked <= 16, "it asks less and less often"
    assert int(open_.figure()) == began + 1, "old numbers stay"
    served.server.begin()
    open_.minutes(2)
    assert not open_.is_stale()
    assert not open_.is_warned()

    _look_again()
    with _database_away():
        open_.minutes(5)
        assert open_.is_stale()
    cite("OPEN 2")
    _look_again()
    open_.minutes(2)
    assert not open_.is_stale()
    assert int(open_.figure()) == began + 2

    page.evaluate(
        "() => { Object.defineProperty(document, 'hidden', {value: true, configurable: true});"
        " document.dispatchEvent(new Event('visibilitychange')); }"
    )
    assert open_.minutes(15) == 0, "nobody looks, so nothing is asked"
    cite("OPEN 3")
    _look_again()
    page.evaluate(
        "() => { delete document.hidden; document.dispatchEvent(new Event('visibilitychange')); }"
    )
    open_.minutes(0.5)
    assert int(open_.figure()) == began + 3
    open_.minutes(20)
    assert page.evaluate("window.untouched"), "it was never loaded again"


def test_what_was_opened_on_a_desk_stays_open(visitor, session_of, served, cite, things):
    """A panel that is drawn anew still shows the numbers that somebody reads, and keyboards go on from there."""
    open_ = LeftOpen(visitor(session=session_of("alice@harbor.example")))
    page, panel = open_.page, open_.page.locator("#panel-citations_by_hour")
    for control, focused in [("summary", "SUMMARY"), ("[role=region]", "DIV")]:
        if not panel.locator("details[open]").count():
            panel.locator("summary").click()
        panel.locator(control).focus()
        panel.evaluate("(one) => one.setAttribute('data-drawn-before', '')")
        cite(f"OPEN {focused}")
        _look_again()
        open_.minutes(0.5)
        assert panel.get_attribute("data-drawn-before") is None
        assert panel.locator("details[open]").count() == 1
        assert page.evaluate("document.activeElement.tagName") == focused
        assert page.evaluate("document.activeElement.closest('.desk__panel').id") == (
            "panel-citations_by_hour"
        )


def _look_again() -> None:
    """The page's clock is not the cache's: what counts for three seconds is over."""
    sharing.forget(live.SHARED, desks.SHARED)


@contextmanager
def _database_away() -> Iterator[None]:
    """Let nobody into this test's own database, and throw out who is in it."""
    name = connection.settings_dict["NAME"]
    allow = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
    connections.close_all()
    with databases.maintenance() as session:
        session.execute(allow.format(sql.Identifier(name), sql.SQL("false")))
        session.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )
    try:
        yield
    finally:
        with databases.maintenance() as session:
            session.execute(allow.format(sql.Identifier(name), sql.SQL("true")))
        connection.set_tenant(_tenant("harbor"))

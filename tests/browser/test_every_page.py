"""Every page that a person can open: it answers, axe finds nothing, the console is quiet, it fits."""

import re
from collections.abc import Iterator

import pytest
from django.db import connection

from parkops.kernel.permissions import Permission
from tests.browser.chromium import Watched
from tests.conftest import Site, _tenant
from tests.isolation.things import Things, addresses, filled

pytestmark = pytest.mark.browser

# Who looks at which pages: those of their own work.
PERSONAS = {
    "anonymous": (
        "",
        r"$|zones|help|accessibility|privacy|permits/|citations/|appeals/|report/|pay/|account/|boots/|visit/|park/|parking/|event/|carpool/|invoices/|reports/|open-data/|embed/|apds/|calendar/|wall/",
    ),
    "dana": ("dana@customer.example", r"permits/|pay/|plans/|my/|account/|validate/"),
    "officer": ("bob@harbor.example", r"field/"),
    "clerk": (
        "clara@harbor.example",
        r"office/($|counter|dispatch|permits|customers|waitlists|search|hangtags|plates|sessions|departments|visitor-events|draws|texts)",
    ),
    "reviewer": (
        "rita@harbor.example",
        r"office/($|appeals|hearings|conflicts|citations|citation-numbers|plate-checks|plate-reads)",
    ),
    "accountant": (
        "amos@harbor.example",
        r"office/($|payments|reconciliation|plans|chargebacks|gift-certificates|drives|coupons|ledger|reports|questions|insights|invoices|payers|statements|bank|charges|charge-files)",
    ),
    "auditor": (
        "otto@harbor.example",
        r"office/(reports/(<slug|runs/<uuid:reference>/$|$)|questions/(<uuid:reference>/$|$)|insights/$)",
    ),
    "administrator": (
        "alice@harbor.example",
        r"mailbox|office/($|present|desks|limits|wall|imports|program|pricing|staff|tokens|jobs|ui|rosters|vehicle-register|cameras|boots|escalation|plate-looks)",
    ),
}
SCREENS = [(360, "light"), (1280, "dark")]
OTHER_SCREENS = [(360, "dark"), (1280, "light")]
HELD_BY_NO_TEXT = dict.fromkeys(
    ("q", "state", "view", "stage", "kind", "sort", "customer", "type", "zone", "page"), "\x00"
)
TABLET = 768
SIDEWAYS = "() => Math.max(0, document.documentElement.scrollWidth - innerWidth)"
MOST_USED = {
    "anonymous": ["", "permits/", "citations/"],
    "dana": ["my/", "permits/<str:number>/"],
    "officer": ["field/", "field/checks/<uuid:reference>/"],
    "clerk": ["office/counter/", "office/customers/<uuid:reference>/"],
    "administrator": ["office/"],
}
ROUTES = sorted(
    route
    for route in set(addresses())
    # Parts and answers to programs, no pages.
    if not route.startswith(
        (
            "api/",
            "scim/",
            "texts/",
            "livez",
            "readyz",
            "language/",
            "office/live/",
            "field/offline/",
            "field/hits/live/",
        )
    )
)
# Answers that are right though they show no page: forms that are only sent, ways that lead on,
# what is not this person's, and a purchase that was not begun.
NO_PAGE = {302, 405}
# The numbers of a chart are looked at too.
OPENED = "document.querySelectorAll('.chart-group details').forEach((one) => { one.open = true; })"
BEGUN_ELSEWHERE = re.compile(r"permits/buy/|pay/(return|cancelled)/|(office/)?appeals/.*letter")


@pytest.fixture(autouse=True)
def _harbor(served) -> None:
    """Everything here is harbor's."""
    connection.set_tenant(_tenant("harbor"))


def pages(persona: str, things: Things) -> Iterator[tuple[str, str]]:
    """Yield (route, path) of the pages of a persona, having asked each address without a browser.

    :raises AssertionError: if an address answers with a fault.
    """
    email, theirs = PERSONAS[persona]
    site, who = Site("harbor"), None
    if email:
        from tests.browser.conftest import person

        who = person(email)
        site.login_as(who)
        if persona == "officer":
            site.post("/field/zones/", {"zone": "LOT-A"})
    else:
        site.post("/citations/", {"number": things.citation, "fact": things.pin})
    for route in ROUTES:
        if not re.match(theirs, route):
            continue
        path = filled(route, things)
        assert site.get(path, HELD_BY_NO_TEXT).status_code < 500, path
        answer = site.get(path)
        kind = answer.headers.get("Content-Type", "")
        if answer.streaming:
            answer.close()
        if answer.status_code == 200 and kind.startswith("text/html"):
            yield route, path
            continue
        fine = {200, 204, *NO_PAGE, *({404, 422} if BEGUN_ELSEWHERE.match(route) else ())}
        foreign = {403, 404} if email in {"", "dana@customer.example"} else set()
        if needed := permission_needed(answer):
            foreign |= set() if who and who.may(needed) else {403}
        assert answer.status_code in fine | foreign, (persona, path, answer.status_code)


def permission_needed(answer) -> Permission | None:
    """Return what its view asks of a member of staff; None of a view that asks for nothing of theirs."""
    access = getattr(answer.resolver_match.func, "access", None)
    return access if isinstance(access, Permission) else None


def look(
    watched: Watched,
    persona: str,
    found: list[tuple[str, str]],
    screens: list[tuple[int, str]],
) -> list[str]:
    """Open each page once and look at it on each screen; return what is wrong, a line a fault.

    A page opens on the screen on which the last one was left, so that each is turned but once.
    """
    wrong: list[str] = []
    screens = [*screens]
    watched.turn(width=screens[0][0], scheme=screens[0][1])
    for route, path in found:
        answer = watched.page.goto(path)
        if answer.status != 200:
            wrong.append(f"{path} answers {answer.status}")
        for width, scheme in screens:
            watched.turn(width=width, scheme=scheme)
            watched.page.evaluate(OPENED)
            wrong += [f"{path} at {width}, {scheme}: {fault}" for fault in watched.faults()]
            name = re.sub(r"\W+", "-", route).strip("-") or "home"
            watched.keep_picture(f"{persona}-{name}-{width}-{scheme}")
        screens.reverse()
        watched.turn(width=TABLET, scheme=screens[0][1])
        if sideways := watched.page.evaluate(SIDEWAYS):
            wrong.append(f"{path} at {TABLET} scrolls sideways by {sideways} px")
    return wrong


@pytest.fixture
def enter(visitor, session_of, things):
    """Open the browser of a persona; the stranger has found the citation."""

    def entering(persona: str) -> Watched:
        email = PERSONAS[persona][0]
        session = session_of(email) if email else ""
        watched = visitor(session=session)
        if not email:
            watched.page.goto("/citations/")
            watched.page.fill("[name=number]", things.citation)
            watched.page.fill("[name=fact]", things.pin)
            watched.page.click("main button.button--primary")
            watched.page.wait_for_url(f"**/citations/{things.citation}/")
        if persona == "officer":
            watched.page.goto("/field/zones/")
            watched.page.click("button[name=zone][value=LOT-A]")
            watched.page.wait_for_url("**/field/check/")
        if persona in {"anonymous", "dana"}:
            watched.page.goto("/permits/buy/MONTH/")  # its pages show while something is bought
        return watched

    return entering


def test_every_page_is_somebodys():
    nobodys = [r for r in ROUTES if not any(re.match(theirs, r) for _, theirs in PERSONAS.values())]
    assert not nobodys, "PERSONAS has nobody who looks at these"


@pytest.mark.parametrize("persona", PERSONAS)
def test_every_page_of(persona, enter, things):
    found = list(pages(persona, things))
    assert len(found) >= 5
    wrong = look(enter(persona), persona, found, SCREENS)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("persona", MOST_USED)
def test_the_most_used_pages_in_the_other_light(persona, enter, things):
    chosen = [(route, filled(route, things)) for route in MOST_USED[persona]]
    wrong = look(enter(persona), persona, chosen, OTHER_SCREENS)
    assert not wrong, "\n".join(wrong)

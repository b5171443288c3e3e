"""Whatever a role is shown leads to its records: each desk and each question, looked at as each role."""

import re
from html import unescape
from urllib.parse import urljoin

import pytest
import time_machine

from parkops.accounts.models import User
from parkops.kernel.permissions import Role
from reporting.dashboards import desks
from reporting.insights.questions import QUESTIONS
from tests.conftest import Site
from tests.isolation.things import Things
from tests.reporting.test_insights import weeks  # noqa: F401  fixture

pytestmark = pytest.mark.django_db

IN_THE_OFFICE = [role for role in Role if role is not Role.OFFICER]
MAIN = re.compile(r"<main\b.*</main>", re.DOTALL)
FIGURE = re.compile(r'<div class="stat".*?</div>', re.DOTALL)
HREF = re.compile(r'(?:xlink:)?href="([^"#][^"]*)"')


@pytest.fixture
def things(site, token, dana, busy, weeks, now, monkeypatch) -> Things:  # noqa: F811  fixture
    """One of everything in harbor, and ten weeks of counts."""
    monkeypatch.setattr("parkops.api.limits.allow", lambda *_, **__: True)
    site.defaults["HTTP_AUTHORIZATION"] = token("admin")["authorization"]
    with time_machine.travel(now, tick=False):
        made = Things(site, user=dana, at=now)
    del site.defaults["HTTP_AUTHORIZATION"]
    return made


def signed_in(role: Role) -> Site:
    """Return the office as somebody sees it who has this role and no other."""
    person = User.objects.create_user(
        f"only-{role}@harbor.example", None, name="Only One", roles=[role]
    )
    return Site("harbor").login_as(person)


def pages_of(site: Site, role: Role) -> list[str]:
    """Return the desks of a role, and the questions of the office if it sees them."""
    found = [f"/office/desks/{desk.code}/" for desk in desks.desks_of([role])]
    if site.get("/office/insights/").status_code == 200:
        found += [f"/office/insights/{question.code}/" for question in QUESTIONS]
    return found


@pytest.mark.parametrize("role", IN_THE_OFFICE)
def test_all_that_is_shown_leads_to_what_the_role_may_open(things, role, now):
    wrong, followed, figures = [], set(), 0
    with time_machine.travel(now, tick=False):
        site = signed_in(role)
        for page in pages_of(site, role):
            answer = site.get(page)
            assert answer.status_code == 200, page
            (main,) = MAIN.findall(answer.content.decode())
            shown = FIGURE.findall(main)
            figures += len(shown)
            wrong += [(page, "no link", one) for one in shown if "href=" not in one]
            for address in {unescape(one) for one in HREF.findall(main)}:
                way = urljoin(page, address)
                if way in followed:
                    continue
                followed.add(way)
                status = site.get(way, follow=True).status_code
                if status != 200:
                    wrong.append((page, status, way))
    assert wrong == []
    assert len(followed) > 10
    assert figures > 5

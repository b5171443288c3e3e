"""The customer's pages in French on the narrowest phone: they fit, and axe finds nothing."""

import pytest
from django.db import connection

from parkops.tenancy import hosts
from tests.conftest import _tenant

pytestmark = pytest.mark.browser


@pytest.fixture
def french(served, visitor, session_of, things):
    """Open a French browser of the customer on a tenant that speaks French."""
    tenant = _tenant("harbor")
    before, tenant.languages = tenant.languages, ["en", "fr"]
    tenant.save(update_fields=["languages"])
    hosts.forget_everywhere()
    connection.set_tenant(tenant)
    watched = visitor(
        session=session_of("dana@customer.example"), width=320, scheme="light", locale="fr-CA"
    )
    yield watched
    tenant.languages = before
    tenant.save(update_fields=["languages"])
    hosts.forget_everywhere()
    connection.set_tenant(tenant)


def test_every_customers_page_fits_in_french(french, things):
    paths = [
        *("/", "/zones/", "/permits/", "/my/", "/citations/", "/help/", "/pay/"),
        f"/permits/{things.permit}/",
        f"/permits/{things.permit}/cancellation/",
        f"/permits/{things.permit}/documents/",
        f"/permits/{things.held}/pay/",
        f"/permits/verify/{things.verify}/",
    ]
    wrong = []
    for path in paths:
        answer = french.page.goto(path)
        assert french.page.get_attribute("html", "lang") == "fr", path
        faults = french.faults() + ([] if answer.status == 200 else [f"answers {answer.status}"])
        wrong += [f"{path}: {fault}" for fault in faults]
        french.keep_picture(f"french-{path.strip('/').replace('/', '-')[:40] or 'home'}")
    assert wrong == []

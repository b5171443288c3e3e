"""The customer's pages in the tenant's languages: no English is left, and the choice is kept."""

import html
import re

import pytest
from django.utils import timezone

from parkops.customers import operations as customers
from parkops.kernel.actors import SYSTEM
from parkops.messaging.models import Message
from parkops.tenancy import hosts
from parkops.ui import wording
from permits.models import Permit
from tests.permits.test_views_portal import pay, sell

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def bilingual(harbor):
    """Let harbor speak English and French."""
    harbor.languages = ["en", "fr", "es"]
    harbor.save(update_fields=["languages"])
    hosts.forget_everywhere()


@pytest.fixture(scope="module")
def english() -> list[str]:
    """Every English sentence of the catalog that is long enough to be none of another language."""
    catalog = wording.catalog("fr")
    found = []
    for message in catalog:
        text = message.id[0] if isinstance(message.id, tuple) else message.id
        has_places = re.search(r"[%{]", text or "")
        if text and text != message.string and not has_places and len(text.split()) >= 3:
            found.append(" ".join(text.split()))
    return found


def words_of(response) -> str:
    body = re.sub(r"<(style|script)\b.*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def is_french(response, english) -> str:
    """Return the words of a page, having made sure that they are French."""
    assert response["Content-Language"] == "fr"
    assert '<html lang="fr"' in response.content.decode()
    text = words_of(response)
    assert [line for line in english if line in text] == []
    return text


FR = {"HTTP_ACCEPT_LANGUAGE": "fr-CA,fr;q=0.9,en;q=0.5"}


class TestAPurchaseInFrench:
    def test_from_the_choice_to_the_permit_without_a_script(self, site, dana, english):
        site.force_login(dana)
        text = is_french(site.get("/permits/", **FR), english)
        assert "Quel permis voulez-vous ?" in text
        assert "toujours" in text
        site.post("/permits/", {"permit_type": "MONTH"}, **FR)
        wrong = site.post("/permits/buy/vehicle/", {"plate": "", "region": ""}, **FR)
        assert "Tapez la plaque telle qu’elle est sur la voiture." in is_french(wrong, english)
        site.post("/permits/buy/vehicle/", {"plate": "ABC 123", "region": ""}, **FR)
        is_french(site.get("/permits/buy/dates/", **FR), english)
        late = site.post("/permits/buy/dates/", {"start_on": "2001-01-01"}, **FR)
        assert "Ce jour est passé." in is_french(late, english)
        site.post("/permits/buy/dates/", {"start_on": timezone.now().date().isoformat()}, **FR)
        check = is_french(site.get("/permits/buy/check/", **FR), english)
        assert "Vérifiez vos réponses" in check
        held = site.post("/permits/buy/check/", **FR)
        permit = Permit.objects.get()
        assert held.status_code == 302
        assert permit.customer.language == "fr"
        is_french(site.get(f"/permits/{permit.number}/pay/", **FR), english)
        pay(permit, at=timezone.now())
        shown = is_french(site.get(f"/permits/{permit.number}/", **FR), english)
        assert "Vous avez votre permis" in shown
        is_french(site.get(f"/permits/{permit.number}/cancellation/", **FR), english)
        told = Message.objects.get(event="permit.paid")
        assert told.subject.startswith("Votre permis ")
        assert "Payé" in told.text
        assert '<html lang="fr"' in told.html

    @pytest.mark.parametrize(
        "path",
        [
            *("/", "/zones/", "/help/", "/privacy/", "/accessibility/", "/citations/", "/my/"),
            *("/account/login/", "/account/login/code/", "/pay/", "/nothing-here/"),
            "/account/security/",
        ],
    )
    def test_every_page_is_french(self, site, dana, english, path):
        if path in ("/my/", "/pay/", "/account/security/"):
            site.force_login(dana)
        is_french(site.get(path, **FR), english)


class TestTheChoice:
    def test_is_kept_and_remembered_with_the_customer(self, site, dana):
        site.force_login(dana)
        answer = site.post("/language/", {"language": "es", "next": "/help/?a=1"})
        assert answer["Location"] == "/help/?a=1"
        assert site.get("/help/", **FR)["Content-Language"] == "es"
        me = customers.customer_for_user(dana, at=timezone.now())
        assert me.language == "es"

    def test_of_a_language_that_the_tenant_does_not_speak_is_not_taken(self, site, harbor):
        assert site.get("/", HTTP_ACCEPT_LANGUAGE="de,nl")["Content-Language"] == "en"

    def test_is_english_in_the_office_and_the_api(self, site, alice):
        site.force_login(alice)
        assert site.get("/office/permits/", **FR)["Content-Language"] == "en"
        assert site.get("/api/v1/zones", **FR)["Content-Language"] == "en"

    def test_a_message_goes_out_in_the_customers_own_language(self, dana, harbor):
        me = customers.customer_for_user(dana, at=timezone.now())
        customers.change_customer(me.pk, changes={"language": "es"}, by=SYSTEM, at=timezone.now())
        me.refresh_from_db()
        sell(me)
        assert Message.objects.get(event="permit.paid").subject.startswith("Su permiso ")

"""An administrator changes a price and a fine in a browser: worked out as one types, saved, published."""

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture
def office(served, visitor, session_of):
    """Alice's browser, with a draft open."""
    watched = visitor(session=session_of("alice@harbor.example"), width=1280)
    watched.page.goto("/office/program/")
    watched.page.click("main .button--primary")
    watched.page.wait_for_url("**/program/draft/")
    return watched.page


def test_a_price_from_the_first_key_to_publication(office):
    office.goto("/office/program/draft/permit_types/MONTH/")
    assert office.locator("#beside .because__sum").inner_text().endswith("$54.00")
    office.fill("#v-price-base", "60.00")
    office.locator("#beside .because__sum", has_text="$64.80").wait_for()
    office.select_option("#try-fuel", "electric")
    office.locator("#beside .because__sum", has_text="$32.40").wait_for()
    assert office.locator("#beside .diff").inner_text().count("$60.00") == 1

    office.click("#v-price-add button[name=add-row]")
    row = office.locator("#v-price-add-1-amount")
    row.wait_for()
    assert office.input_value("#v-price-base") == "60.00"
    office.locator("#v-price-add-1-amount:focus").wait_for()
    office.keyboard.type("7.00")
    office.keyboard.press("Enter")
    office.wait_for_url("**/lists/permit_types/")
    assert "Changed" in office.locator("tr", has_text="MONTH").first.inner_text()

    office.goto("/office/program/draft/publish/")
    assert "$60.00" in office.locator(".diff").inner_text()
    office.click("text=Publish version")
    office.wait_for_url("**/office/program/")
    assert "is published" in office.inner_text("main")


def test_what_does_not_belong_to_the_choice_is_hidden(office):
    office.goto("/office/program/draft/permit_types/MONTH/")
    assert office.is_visible("#v-term-months")
    assert not office.is_visible("#v-term-from")
    office.check("input[name=v-term-kind][value=fixed]")
    assert office.is_visible("#v-term-from")
    assert not office.is_visible("#v-waitlist-offer")
    office.check("#v-waitlist-on")
    assert office.is_visible("#v-waitlist-offer")
    office.goto("/office/program/draft/")
    office.click("text=Discard\u2026")
    office.click("dialog button:has-text('Discard the draft')")
    office.wait_for_url("**/office/program/")

"""Without a mouse, and without JavaScript."""

import pytest

from tests.browser.buying import choose_a_month, prove_the_address

pytestmark = pytest.mark.browser

MOST_TABS = 60
# Tells what the focus stands on, and whether it can be seen there.
FOCUS = """() => {
  const at = document.activeElement, box = at.getBoundingClientRect(), look = getComputedStyle(at)
  return {tag: at.tagName, seen: box.width > 0 && box.height > 0,
    marked: look.outlineStyle !== 'none' || look.boxShadow !== 'none'}
}"""


def test_the_purchase_needs_no_script(visitor):
    plain = visitor(width=360, java_script_enabled=False)
    choose_a_month(plain, plate="PLAIN1")
    prove_the_address(plain, email="plain@customer.example")
    said = plain.page.inner_text("main")
    assert "A month" in said
    assert "plain@customer.example" in said
    assert "$54.00" in said  # 50.00 and 8 % tax
    assert plain.page.is_enabled("main button.button--primary")


@pytest.mark.parametrize(
    ("email", "path", "act"),
    [
        ("", "/", "main form button.button--primary"),
        ("", "/permits/", "main button.button--primary"),
        ("bob@harbor.example", "/field/zones/", "main button[name=zone]"),
        ("bob@harbor.example", "/field/check/", "button.button--primary"),
        ("clara@harbor.example", "/office/counter/", "main input[name=q]"),
    ],
    ids=["front page", "buy", "field zones", "field check", "counter"],
)
@pytest.mark.parametrize("width", [360, 1280])
def test_tab_reaches_the_main_act(visitor, session_of, email, path, act, width):
    watched = visitor(width=width, session=session_of(email) if email else "")
    page = watched.page
    if path == "/field/check/":
        page.goto("/field/zones/")
        page.click("button[name=zone][value=LOT-A]")
        page.wait_for_url("**/field/check/")
    page.goto(path)
    assert page.locator(act).count(), f"{path} has no {act}"
    page.evaluate("document.activeElement.blur()")
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("(act) => document.activeElement.matches(act)", act):
            break
    else:
        pytest.fail(f"{MOST_TABS} times Tab do not lead to {act}")
    found = page.evaluate(FOCUS)
    assert found["seen"], found
    assert found["marked"], found

"""The page where a customer saves a card for later."""

from html import escape
from typing import Any

from payments.standin import api, errors
from payments.standin.calls import Call
from payments.standin.delivery import Courier
from payments.standin.faults import Fault
from payments.standin.pages.layout import page
from payments.standin.resources import checkout
from payments.standin.web import Answer, see_other

CARDS = {
    "save": "pm_card_visa",
    "save-failing": "pm_card_chargeCustomerFail",
    "decline": "pm_card_chargeDeclined",
}


def show(call: Call, session: dict[str, Any], *, status: int = 200) -> Answer:
    """Show the page, or how it ended."""
    if session["status"] != "open":
        saved = session["status"] == "complete"
        url = session["success_url"] if saved else session["cancel_url"]
        title = "The card is saved" if saved else "This page is closed"
        link = f'<p><a class="button" href="{escape(url)}">Continue</a></p>' if url else ""
        return page(title, f"<h1>{title}</h1>\n<p>No money has been taken.</p>\n{link}")
    declined = session.get("_declined")
    told = f'<p class="trouble" role="alert">{escape(declined)}</p>' if declined else ""
    return page(
        "Save a card",
        f"""<h1>Save a card</h1>
<p class="quiet">Nothing is taken now. It may be charged later, as you agreed.</p>
{told}
<form method="post" class="acts">
<button class="button button--primary" name="act" value="save">Save the card</button>
<button class="button" name="act" value="save-failing">Save a card that is declined later</button>
<button class="button" name="act" value="decline">Have the card declined</button>
<button class="button button--plain" name="act" value="leave">Go back</button>
</form>""",
        status=status,
        forms_lead_to=[session["success_url"], session["cancel_url"] or ""],
    )


def do(courier: Courier, call: Call, session: dict[str, Any], act: str) -> Answer:
    """Save a card, or have it declined."""
    if act not in CARDS or session["status"] != "open":
        return see_other(f"/pay/{session['id']}")
    try:
        api.run(courier, call, Fault(), lambda: checkout.pay(call, session, CARDS[act]))
    except errors.ApiError:
        return see_other(f"/pay/{session['id']}")
    session = checkout.retrieve(call, session["id"])
    if session["status"] == "complete":
        return see_other(session["success_url"])
    return show(call, session, status=402)

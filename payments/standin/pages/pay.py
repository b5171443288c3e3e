"""The page where a customer pays, has the card declined, or walks away."""

from html import escape
from typing import Any

from payments.standin import api, errors
from payments.standin.calls import Call
from payments.standin.delivery import Courier
from payments.standin.faults import Dropped, Fault, parse
from payments.standin.pages import saving
from payments.standin.pages.layout import money, page
from payments.standin.resources import checkout
from payments.standin.store import Store
from payments.standin.web import Answer, Request, see_other

CARDS = {
    "pay": "pm_card_visa",
    "stay": "pm_card_visa",
    "decline": "pm_card_chargeDeclined",
    "short": "pm_card_chargeDeclinedInsufficientFunds",
}
TROUBLES = {
    "": "arrives at once",
    "webhook-twice": "arrives twice",
    "webhook-late=30": "arrives after 30 seconds",
    "webhook-reversed": "arrives in reverse order",
    "webhook-before": "arrives before the customer is back",
    "webhook-never": "never arrives",
}


def respond(
    store: Store, courier: Courier, request: Request, session_id: str, fault: Fault
) -> Answer:
    """Show the page of a session, or do what its form says."""
    found = store.owner(session_id)
    if found is None or found[0]["object"] != "checkout.session":
        return page("No such page", "<h1>There is no such page</h1>", status=404)
    call = Call(store, found[1], request.params, request.base_url)
    if request.method == "GET":
        return _show(call, session_id)
    return _do(courier, call, session_id, fault)


def _show(call: Call, session_id: str, *, status: int = 200) -> Answer:
    session = checkout.retrieve(call, session_id)
    if session["mode"] == "setup":
        return saving.show(call, session, status=status)
    if session["status"] == "complete":
        taken = f"{_total(session)} has been taken."
        return _closed("This is paid", taken, _returning(session), "Continue")
    if session["status"] == "expired":
        nothing = "No money has been taken. Nothing can be paid here any more."
        return _closed("This page is closed", nothing, session["cancel_url"], "Go back")
    return page(
        f"Pay {_total(session)}",
        _open_page(call, session),
        status=status,
        forms_lead_to=[session["success_url"], session["cancel_url"] or ""],
    )


def _do(courier: Courier, call: Call, session_id: str, fault: Fault) -> Answer:
    act = call.params.get("act", "")
    session = checkout.retrieve(call, session_id)
    if act == "leave":
        return see_other(session["cancel_url"] or f"/pay/{session_id}")
    if session["mode"] == "setup":
        return saving.do(courier, call, session, act)
    if act not in CARDS or session["status"] != "open":
        return see_other(f"/pay/{session_id}")
    chosen = fault if fault != Fault() else parse(call.params.get("trouble", ""))
    try:
        api.run(courier, call, chosen, lambda: checkout.pay(call, session, CARDS[act]))
    except errors.ApiError:
        # Someone closed the page meanwhile; it says so itself.
        return see_other(f"/pay/{session_id}")
    if chosen.drop:
        raise Dropped
    session = checkout.retrieve(call, session_id)
    if session["status"] == "complete" and act == "pay":
        return see_other(_returning(session))
    return _show(call, session_id, status=200 if act == "stay" else 402)


def _returning(session: dict[str, Any]) -> str:
    return session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"])


def _total(session: dict[str, Any]) -> str:
    return money(session["amount_total"], session["currency"])


def _closed(title: str, text: str, url: str | None, link: str) -> Answer:
    back = f'<p><a class="button" href="{escape(url)}">{link}</a></p>' if url else ""
    return page(title, f"<h1>{title}</h1>\n<p>{escape(text)}</p>\n{back}")


def _open_page(call: Call, session: dict[str, Any]) -> str:
    account = call.store.get("account", call.account, "") or {}
    payee = (account.get("business_profile") or {}).get("name") or call.account or "the platform"
    minutes = max((session["expires_at"] - call.now()) // 60, 1)
    lines = "\n".join(
        f"<li><span>{escape(line['description'])}</span>"
        f"<b>{money(line['amount_total'], session['currency'])}</b></li>"
        for line in session["_lines"]
    )
    options = "\n".join(
        f'<option value="{value}">{text}</option>' for value, text in TROUBLES.items()
    )
    email = session["customer_email"]
    return f"""<h1>Pay {_total(session)}</h1>
<p class="quiet">To {escape(payee)}{f", receipt to {escape(email)}" if email else ""}.
This page closes in {minutes} min.</p>
{_declined(call, session)}
<ul class="lines">
{lines}
<li class="lines__total"><span>Total, in {session["currency"].upper()}</span>
<b>{_total(session)}</b></li>
</ul>
<form method="post" class="acts">
<button class="button button--primary" name="act" value="pay">Pay {_total(session)}</button>
<button class="button" name="act" value="decline">Have the card declined</button>
<button class="button button--plain" name="act" value="leave">Go back without paying</button>
<details>
<summary>Harder cases</summary>
<label for="trouble">After paying, the notice to the seller</label>
<select id="trouble" name="trouble">
{options}
</select>
<button class="button" name="act" value="stay">Pay and do not come back</button>
<button class="button" name="act" value="short">Card without enough money</button>
</details>
</form>"""


def _declined(call: Call, session: dict[str, Any]) -> str:
    if not session["payment_intent"]:
        return ""
    trouble = call.need("payment_intent", session["payment_intent"])["last_payment_error"]
    if not trouble:
        return ""
    return (
        f'<p class="notice" role="alert"><b>{escape(trouble["message"])}</b> '
        "No money has been taken. Try again, or go back.</p>"
    )

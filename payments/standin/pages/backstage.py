"""What happens behind the scenes, for the curious: accounts, their money, their events."""

from html import escape
from typing import Any

from payments.standin.calls import Call
from payments.standin.pages.layout import money, page, when
from payments.standin.resources import balance
from payments.standin.store import Store
from payments.standin.web import Answer

SHOWN = 50
TONES = {
    "succeeded": "good", "paid": "good", "complete": "good", "sent": "good", "won": "good",
    "failed": "bad", "lost": "bad", "withheld": "warn", "needs_response": "warn", "due": "warn",
}  # fmt: skip


def front(store: Store) -> Answer:
    """List the accounts."""
    rows = "\n".join(
        f'<tr><td><a href="/accounts/{account["id"]}">{escape(_name(account))}</a></td>'
        f'<td>{account["id"]}</td><td class="num">{_balance(store, account["id"])}</td></tr>'
        for account in store.every("account", "")
    )
    return page(
        "Stand-in for Stripe",
        "<h1>Stand-in for Stripe</h1>\n"
        "<p>Behind the scenes: what customers, banks and Stripe itself would do.</p>\n"
        + _table(
            "Accounts", "Account", "Id", "Balance", rows=rows, empty="No account is connected yet."
        ),
        kind="backstage",
    )


def account(store: Store, account_id: str) -> Answer:
    """Show one account: what was paid, what can happen to it, what was told to whom."""
    found = store.get("account", account_id, "")
    if found is None:
        return page("No such account", "<h1>There is no such account</h1>", status=404)
    connected = not found.get("_disconnected")
    currencies = sorted(balance.waiting(Call(store, account_id)))
    acts = [_act(account_id, "pay-out", c, f"Pay out {c.upper()}") for c in currencies]
    acts.append(
        _act(account_id, "disconnect", account_id, "Disconnect from the platform")
        if connected
        else _act(account_id, "connect", account_id, "Connect again")
    )
    return page(
        _name(found),
        f"""<p><a href="/">All accounts</a></p>
<h1>{escape(_name(found))}</h1>
<p>{account_id}, balance {_balance(store, account_id)}{"" if connected else ", disconnected"}</p>
<div class="row">{"".join(acts)}</div>
<h2>Payments</h2>
{_payments(store, account_id)}
<h2>Refunds and disputes</h2>
{_after(store, account_id)}
<h2>Events</h2>
{_events(store, account_id)}""",
        kind="backstage",
    )


def _payments(store: Store, account_id: str) -> str:
    rows = []
    for charge in store.every("charge", account_id, most=SHOWN):
        left = charge["amount_captured"] - charge["amount_refunded"]
        acts = ""
        if charge["paid"] and left and not charge["disputed"]:
            acts = _act(account_id, "refund", charge["id"], "Refund") + _act(
                account_id, "dispute", charge["id"], "Customer disputes"
            )
        rows.append(
            f"<tr><td>{when(charge['created'])}</td><td>{escape(charge['description'] or '')}</td>"
            f'<td class="num">{money(charge["amount"], charge["currency"])}</td>'
            f"<td>{_badge(charge['status'])}</td><td>{acts}</td></tr>"
        )
    return _table(
        "Payments", "When", "What", "Amount", "State", "What may happen",
        rows="\n".join(rows), empty="Nothing has been paid yet.",
    )  # fmt: skip


def _after(store: Store, account_id: str) -> str:
    rows = []
    for dispute in store.every("dispute", account_id, most=SHOWN):
        acts = ""
        if dispute["status"] not in ("won", "lost"):
            acts = _act(account_id, "win-dispute", dispute["id"], "Seller wins") + _act(
                account_id, "lose-dispute", dispute["id"], "Customer wins"
            )
        rows.append(_money_row("Dispute", dispute, acts))
    for refund in store.every("refund", account_id, most=SHOWN):
        acts = ""
        if refund["status"] == "succeeded":
            acts = _act(account_id, "fail-refund", refund["id"], "Bank sends it back")
        rows.append(_money_row("Refund", refund, acts))
    return _table(
        "Refunds and disputes", "When", "What", "Amount", "State", "What may happen",
        rows="\n".join(rows), empty="None yet.",
    )  # fmt: skip


def _money_row(what: str, body: dict[str, Any], acts: str) -> str:
    return (
        f"<tr><td>{when(body['created'])}</td><td>{what}</td>"
        f'<td class="num">{money(body["amount"], body["currency"])}</td>'
        f"<td>{_badge(body['status'])}</td><td>{acts}</td></tr>"
    )


def _events(store: Store, account_id: str) -> str:
    rows = []
    for event in store.every("event", account_id, most=SHOWN):
        sent = store.rows("SELECT * FROM deliveries WHERE event = ? ORDER BY number", event["id"])
        told = (
            " ".join(f"{_badge(row['state'])} {escape(row['answer'])}" for row in sent)
            or "nobody listens"
        )
        rows.append(
            f"<tr><td>{when(event['created'])}</td><td>{event['type']}</td><td>{told}</td>"
            f"<td>{_act(account_id, 'resend', event['id'], 'Send again')}</td></tr>"
        )
    return _table("Events", "When", "What", "Told", "", rows="\n".join(rows), empty="None yet.")


def _name(account: dict[str, Any]) -> str:
    return (account.get("business_profile") or {}).get("name") or account["id"]


def _balance(store: Store, account_id: str) -> str:
    sums = balance.waiting(Call(store, account_id))
    return ", ".join(money(amount, code) for code, amount in sorted(sums.items())) or "nothing"


def _badge(state: str) -> str:
    tone = TONES.get(state, "plain")
    return f'<span class="badge" data-tone="{tone}">{state.replace("_", " ")}</span>'


def _act(account_id: str, act: str, object_id: str, label: str) -> str:
    return (
        f'<form method="post" action="/acts/{account_id}/{act}/{object_id}">'
        f'<button class="button button--small" name="from" value="page">{label}</button></form>'
    )


def _table(label: str, *heads: str, rows: str, empty: str) -> str:
    if not rows:
        return f'<p class="empty">{empty}</p>'
    titles = "".join(_head(head) for head in heads)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{label}">'
        f"<table><thead><tr>{titles}</tr></thead><tbody>\n{rows}\n</tbody></table></div>"
    )


def _head(text: str) -> str:
    if not text:
        return "<td></td>"
    numbers = ' class="num"' if text in ("Amount", "Balance") else ""
    return f'<th scope="col"{numbers}>{text}</th>'

"""The points at which something dies, in the order of a sale."""

from dataclasses import dataclass

GATEWAY = "payments.gateways.stripe:StripeGateway"
CHECKOUTS = "payments.operations.checkouts"


@dataclass(frozen=True, slots=True)
class Point:
    """What is killed (`web`, `worker`, `postgresql`, `valkey`, or nothing), in which act, at which call.

    `at` names a function or method ("module:name"); it is `before` its body or after it. `fault` is what
    the provider does in the act. `given_back` is whether the money is to be with the customer at the end.
    """

    text: str
    killed: str
    act: str
    at: str = ""
    before: bool = False
    fault: tuple[str, str, str] | None = None
    given_back: bool = False


POINTS = (
    Point("Hold: before it is committed", "web", "hold", "permits.operations.sales:raise_deposit"),
    Point("Hold committed, no answer given", "web", "hold"),
    Point(
        "Card page: row committed, provider not called",
        "web",
        "start",
        f"{GATEWAY}.start_checkout",
        before=True,
    ),
    Point("Card page: made, not written down", "web", "start", f"{GATEWAY}.start_checkout"),
    Point("Card page: written down, no answer given", "web", "start", f"{CHECKOUTS}:_note_page"),
    Point(
        "Card page: made, the provider's answer lost",
        "",
        "start",
        fault=("drop", "POST", "/v1/checkout/sessions"),
    ),
    Point("Notice: kept, nothing done", "web", "notice"),
    Point("Paid: provider not asked yet", "worker", "settle", f"{GATEWAY}.look_up", before=True),
    Point("Paid: provider has told, nothing written", "worker", "settle", f"{GATEWAY}.look_up"),
    Point(
        "Paid: money counted, not committed",
        "worker",
        "settle",
        f"{CHECKOUTS}:fulfilment.money_came",
    ),
    Point("Paid: committed", "worker", "settle", f"{CHECKOUTS}:apply_truth"),
    Point(
        "Paid: the provider's answer lost",
        "",
        "settle",
        fault=("drop", "GET", "/v1/checkout/sessions"),
    ),
    Point("Paid: neither notice nor return", "", "nothing"),
    Point(
        "Receipt: written, not delivered",
        "worker",
        "receipt",
        "parkops.messaging.operations:_set",
        before=True,
    ),
    Point("Cash: counted, not committed", "web", "cash", "payments.operations.payments:allocate"),
    Point("Cash: committed, no answer given", "web", "cash"),
    Point(
        "Refund: committed, provider not called",
        "worker",
        "refund",
        f"{GATEWAY}.refund",
        before=True,
        given_back=True,
    ),
    Point(
        "Refund: made, not written down", "worker", "refund", f"{GATEWAY}.refund", given_back=True
    ),
    Point(
        "Refund: made, the provider's answer lost",
        "",
        "refund",
        fault=("drop", "POST", "/v1/refunds"),
        given_back=True,
    ),
    Point(
        "Card page: made, the database dies",
        "postgresql",
        "start",
        f"{GATEWAY}.start_checkout",
    ),
    Point(
        "Paid: money counted, the database dies",
        "postgresql",
        "settle",
        f"{CHECKOUTS}:fulfilment.money_came",
    ),
    Point(
        "Cash: counted, the database dies",
        "postgresql",
        "cash",
        "payments.operations.payments:allocate",
    ),
    Point(
        "Paid: money counted, the broker dies",
        "valkey",
        "settle",
        f"{CHECKOUTS}:fulfilment.money_came",
    ),
    Point(
        "Notice: the broker dies before it", "valkey", "notice", "payments.operations.events:_keep"
    ),
    Point("Paid: the clock was set back an hour", "clock", "settle"),
)

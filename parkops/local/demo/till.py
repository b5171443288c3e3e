"""The demonstration's cash: yesterday's drawer, signed off and deposited, one that is open, and a line of
the bank's that waits for somebody."""

from collections import Counter
from datetime import datetime, timedelta
from functools import partial

from parkops.kernel.denominations import change_in
from parkops.kernel.money import Money
from parkops.local.demo.scene import Act, Scene
from parkops.programme import queries as programme
from payments import operations as payments
from payments import place, queries
from payments.models import Drawer

FLOAT_MINOR = 10_000
DROP_MINOR = 2_000
SHORT_MINOR = 50
STATEMENT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt>
<Id>{number}</Id><Acct><Id><Othr><Id>{account}</Id></Othr></Id><Ccy>{currency}</Ccy></Acct>
{entries}</Stmt></BkToCstmrStmt></Document>"""
ENTRY = """<Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>
<BookgDt><Dt>{on}</Dt></BookgDt><ValDt><Dt>{on}</Dt></ValDt><AcctSvcrRef>{reference}</AcctSvcrRef>
<NtryDtls><TxDtls><RltdPties><Dbtr><Nm>{party}</Nm></Dbtr></RltdPties></TxDtls></NtryDtls></Ntry>"""


def acts(scene: Scene) -> list[Act]:
    """Return a clerk's day with a drawer, its way to the bank, and what the bank says of it."""
    opened = [(scene.when(-1, 10 + hour), partial(_take, scene)) for hour in range(3)]
    return [
        (scene.when(-1, 8), partial(_open, scene, "Front desk")),
        *opened,
        (scene.when(-1, 14), partial(_drop, scene)),
        (scene.when(-1, 16), partial(_close, scene)),
        (scene.when(-1, 17), partial(_sign_and_deposit, scene)),
        (scene.when(-1, 18), partial(_open, scene, "Evening desk")),
        (scene.when(-1, 19), partial(_take, scene)),
        (scene.when(-1, 20), partial(_hear_of_the_bank, scene)),
    ]


def _open(scene: Scene, name: str, at: datetime) -> None:
    payments.open_drawer(name=name, float_=place.money(FLOAT_MINOR), by=scene.cast.clerk, at=at)


def _mine(scene: Scene) -> Drawer:
    clerk = scene.cast.clerk
    drawer = queries.open_drawer_of(f"{clerk.kind}:{clerk.ref}")
    if drawer is None:
        raise LookupError("the clerk has no drawer open")
    return drawer


def _take(scene: Scene, at: datetime) -> None:
    """Somebody with one citation that is not late pays it in cash: the others go on getting letters."""
    open_ones = queries.charges_matching(is_open=True)
    owed = open_ones.filter(kind="citation", due_on__gte=place.local_date(at)).order_by("pk")
    rows = queries.as_rows(list(owed[:200]), at=at)
    often = Counter(row.plate_key for row in rows)
    for row in rows:
        if row.balance.minor and often[row.plate_key] == 1:
            payments.take_payment(
                charge_ids=[row.id],
                method="cash",
                drawer=_mine(scene).public_id,
                by=scene.cast.clerk,
                at=at,
            )
            return


def _drop(scene: Scene, at: datetime) -> None:
    payments.move_cash(
        _mine(scene).public_id,
        kind="drop",
        purpose="safe",
        amount=place.money(DROP_MINOR),
        by=scene.cast.clerk,
        at=at,
    )


def _close(scene: Scene, at: datetime) -> None:
    drawer = _mine(scene)
    counted = place.money(queries.expected_in(drawer).minor - SHORT_MINOR)
    pieces = [(one.each.minor, one.count) for one in change_in(counted)]
    payments.close_drawer(
        drawer.public_id, counted=counted, pieces=pieces, by=scene.cast.clerk, at=at
    )
    payments.explain_drawer(
        drawer.public_id, reason="Two quarters too many given back", by=scene.cast.clerk, at=at
    )


def _sign_and_deposit(scene: Scene, at: datetime) -> None:
    accountant = scene.cast.staff["accountant"]
    drawers = list(queries.drawers_here())
    for drawer in drawers:
        payments.sign_drawer(drawer.public_id, by=accountant, at=at)
    drops = list(queries.drops_here())
    cash = sum(one.takings_minor for one in drawers) + sum(one.amount_minor for one in drops)
    payments.make_deposit(
        drawers=[one.pk for one in drawers],
        movements=[one.pk for one in drops],
        payments=list(queries.cheques_here().order_by("pk").values_list("pk", flat=True)[:5]),
        counted=place.money(cash),
        pieces=[(one.each.minor, one.count) for one in change_in(place.money(cash))],
        bag="0417",
        by=accountant,
        at=at + timedelta(minutes=20),
    )


def _hear_of_the_bank(scene: Scene, at: datetime) -> None:
    """The bank's statement has the deposit, and a transfer of which nobody knows what it is for."""
    deposit = queries.deposits().latest("made_at")
    told = (
        (place.money(deposit.total_minor), "Cash deposit", 1),
        (place.money(2_500), "M. Ferro", 5),
    )
    entries = [_entry(*one, scene) for one in told]
    ours = programme.in_force(at).programme.invoices.bank
    content = STATEMENT.format(
        number=f"{scene.today:%Y%m%d}",
        account=ours.key if ours else "1002003",
        currency=place.currency(),
        entries="".join(entries),
    )
    payments.import_statement(
        content.encode(), name="statement.xml", by=scene.cast.staff["accountant"], at=at
    )
    payments.compare_with_bank(at=at)


def _entry(amount: Money, party: str, days: int, scene: Scene) -> str:
    on = scene.today - timedelta(days=days)
    return ENTRY.format(
        currency=amount.currency,
        amount=amount.amount,
        on=on,
        reference=f"{on:%Y%m%d}-{days}",
        party=party,
    )

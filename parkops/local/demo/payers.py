"""Who pays for others in the demonstration: accounts, invoices paid by transfer and not paid, the bank."""

from datetime import datetime, timedelta
from functools import partial

from parkops.kernel.actors import Actor
from parkops.kernel.money import Money
from parkops.local.demo.scene import Act, Scene
from payments import accounts, operations
from payments.models import AccountPayer, BankLine, Invoice

KEPT = "campus"
"""The place whose departments pay by invoice."""
PAYERS = (
    ("department", "Department of Biology", "biology@alder.example", "PO-2041"),
    ("employer", "Valley Medical Group", "accounts@valleymedical.example", ""),
    ("department", "Office of Events", "events@alder.example", ""),
)
CHARGES = (
    (0, -62, "Reserved spaces, open day", "240.00", "19.44"),
    (0, -62, "Signs for the open day", "35.00", "0.00"),
    (1, -58, "Six spaces for visiting physicians, October", "420.00", "34.02"),
    (0, -20, "Reserved spaces, guest lecture", "80.00", "6.48"),
    (1, -26, "Six spaces for visiting physicians, November", "420.00", "34.02"),
    (2, -6, "Loading zone, concert", "150.00", "12.15"),
)
INVOICED = ((0, -60), (1, -55), (0, -18))
STATEMENT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Id>{name}</Id>
<Acct><Id><IBAN>US64SVBKUS6S3300958879</IBAN></Id><Ccy>USD</Ccy></Acct>{entries}</Stmt></BkToCstmrStmt></Document>"""
ENTRY = """<Ntry><Amt Ccy="USD">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
<BookgDt><Dt>{on}</Dt></BookgDt><AcctSvcrRef>{name}</AcctSvcrRef><NtryDtls><TxDtls>
<RltdPties><Dbtr><Pty><Nm>{party}</Nm></Pty></Dbtr></RltdPties>
<RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"""


def acts(scene: Scene) -> list[Act]:
    """Return when accounts are opened, charges put on them and invoiced, and statements read."""
    if scene.cast.slug != KEPT:
        return []
    found: list[Act] = [(scene.when(-70, 9), partial(_open, scene))]
    found += [
        (scene.when(days, 10, place), partial(_charge, scene, place))
        for place, (_, days, *_) in enumerate(CHARGES)
    ]
    found += [
        (scene.when(days, 11, place), partial(_invoice, scene, payer))
        for place, (payer, days) in enumerate(INVOICED)
    ]
    found += [
        (scene.when(-33, 9), partial(_read, scene)),
        (scene.when(-12, 8), partial(_remind, scene)),
        (scene.when(-2, 9), partial(_read_more, scene)),
    ]
    return found


def _open(scene: Scene, at: datetime) -> None:
    for kind, name, email, order in PAYERS:
        operations.open_payer(
            kind=kind,
            name=name,
            email=email,
            address="1 Alder Way\nAlder Valley, CA 95000",
            po_number=order,
            by=_accountant(scene),
            at=at,
        )


def _accountant(scene: Scene) -> Actor:
    return scene.cast.staff.get("accountant", scene.cast.staff["admin"])


def _payer(place: int) -> AccountPayer:
    return AccountPayer.objects.get(name=PAYERS[place][1])


def _charge(scene: Scene, place: int, at: datetime) -> None:
    payer, _, text, net, tax = CHARGES[place]
    charge = operations.raise_charge(
        kind="fee",
        reference=f"ACCT-{place + 1}",
        text=text,
        net=Money.parse(net, "USD"),
        tax=Money.parse(tax, "USD"),
        customer_id=scene.cast.customers[place][0],
        plate_key="",
        due_on=None,
        revenue=accounts.FEE_REVENUE,
        by=scene.cast.clerk,
        at=at,
    )
    operations.put_on_account(
        [charge.public_id], payer=_payer(payer).public_id, by=scene.cast.clerk, at=at
    )


def _invoice(scene: Scene, payer: int, at: datetime) -> None:
    accountant = _accountant(scene)
    invoice = operations.make_invoice(_payer(payer).public_id, by=accountant, at=at)
    operations.send_invoice(invoice.number, by=accountant, at=at)


def _read(scene: Scene, at: datetime) -> None:
    """The first invoice is paid by its reference; the second only in part."""
    first, second = Invoice.objects.order_by("pk")[:2]
    paid = Money(first.due_minor, "USD").amount
    entries = (
        (paid, "CRDT", "Alder Valley University, Biology", first.reference),
        ("300.00", "CRDT", "Valley Medical Group", f"Part of {second.number}"),
        ("18.50", "DBIT", "First Valley Bank", "Monthly fee"),
    )
    _statement(scene, "A", entries, at=at)
    fee = BankLine.objects.get(text="Monthly fee")
    operations.book_line(
        fee.public_id,
        account=accounts.CARD_FEES,
        note="The bank's monthly fee",
        by=_accountant(scene),
        at=at,
    )


def _read_more(scene: Scene, at: datetime) -> None:
    """What is only likely, what nobody knows, and what is not ours wait for a look."""
    entries = (
        ("86.48", "CRDT", "Biology Department", "Guest lecture"),
        ("45.00", "CRDT", "M. Okafor", "parking ticket"),
        ("1200.00", "CRDT", "Alder Press", "Invoice 7781"),
    )
    _statement(scene, "B", entries, at=at)


def _remind(_scene: Scene, at: datetime) -> None:
    operations.send_reminders(at=at)


def _statement(
    scene: Scene, name: str, entries: tuple[tuple[str, str, str, str], ...], *, at: datetime
) -> None:
    on = (at - timedelta(days=1)).date()
    told = "".join(
        ENTRY.format(amount=amount, side=side, on=on, name=f"{name}{place}", party=party, text=text)
        for place, (amount, side, party, text) in enumerate(entries)
    )
    content = STATEMENT.format(name=name, entries=told).encode()
    operations.read_statement(content, name=f"statement-{on}.xml", by=_accountant(scene), at=at)

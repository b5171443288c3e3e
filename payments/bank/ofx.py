"""Bank statements as OFX, the older form (SGML) and the newer (XML)."""

from datetime import date
from io import BytesIO
from xml.etree.ElementTree import Element
from xml.sax.saxutils import unescape

from ofxtools.header import OFXHeaderError
from ofxtools.Parser import OFXTree, ParseError

from payments.bank.amounts import read_amount, read_currency
from payments.bank.values import BadStatement, Booked, Statement


def read(content: bytes) -> list[Statement]:
    """Return the statements in an OFX file.

    :raises BadStatement: if it is none, or says what no statement can.
    """
    try:
        root = OFXTree().parse(BytesIO(content))
    except (ParseError, OFXHeaderError, UnicodeDecodeError, ValueError) as error:
        raise BadStatement(f"The file is no OFX that can be read: {error}.") from error
    found = list(root.iter("STMTRS"))
    if not found:
        raise BadStatement("The file holds no bank statement (STMTRS).")
    return [_statement(one) for one in found]


def _statement(found: Element) -> Statement:
    account = _text(found, "BANKACCTFROM/ACCTID")
    if not account:
        raise BadStatement("A statement does not say of which account it is (ACCTID).")
    currency = read_currency(_text(found, "CURDEF"))
    entries = tuple(_entry(one, currency) for one in found.iter("STMTTRN"))
    closing = _text(found, "LEDGERBAL/BALAMT")
    return Statement(
        form="ofx",
        account=account,
        name="",
        currency=currency,
        entries=entries,
        closing_minor=_minor(closing, currency) if closing else None,
        since=_day(_text(found, "BANKTRANLIST/DTSTART")),
        until=_day(_text(found, "BANKTRANLIST/DTEND")),
    )


def _entry(found: Element, currency: str) -> Booked:
    name, posted = _text(found, "FITID"), _day(_text(found, "DTPOSTED"))
    if not name or posted is None:
        raise BadStatement("An entry has no name of the bank's (FITID) or no day (DTPOSTED).")
    own = read_currency(_text(found, "CURRENCY/CURSYM")) or currency
    kind = _text(found, "TRNTYPE")
    return Booked(
        bank_reference=name[:120],
        booked_on=posted,
        minor=_minor(_text(found, "TRNAMT"), own),
        currency=own,
        party=(_text(found, "NAME") or _text(found, "PAYEE/NAME"))[:200],
        party_account=_text(found, "BANKACCTTO/ACCTID")[:40],
        reference=_text(found, "REFNUM")[:60],
        text=_text(found, "MEMO")[:1000],
        is_return="RETURN" in f"{kind} {_text(found, 'NAME')} {_text(found, 'MEMO')}".upper(),
        returns=_text(found, "CORRECTFITID"),
    )


def _minor(told: str, currency: str) -> int:
    return read_amount(told.replace(",", "."), currency)


def _day(told: str) -> date | None:
    if not told:
        return None
    try:
        return date(int(told[:4]), int(told[4:6]), int(told[6:8]))
    except ValueError as error:
        raise BadStatement(f"{told!r} is no day such as 20261130.") from error


def _text(found: Element, path: str) -> str:
    told = found.find(path)
    text = (told.text or "") if told is not None else ""
    return " ".join(unescape(text, {"&nbsp;": " "}).split())

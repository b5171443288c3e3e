"""Bank statements as ISO 20022 writes them: CAMT.053, of any version."""

from collections.abc import Iterator
from datetime import date
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from payments.bank.amounts import read_amount, read_currency
from payments.bank.values import BadStatement, Booked, Statement


def read(content: bytes) -> list[Statement]:
    """Return the statements in a CAMT.053 file.

    :raises BadStatement: if it is none, or says what no statement can.
    """
    try:
        root = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, LookupError, ValueError) as error:
        raise BadStatement(f"The file is no XML that can be read: {error}.") from error
    found = [one for one in root.iter() if _name(one) == "Stmt"]
    if not found:
        raise BadStatement("The file holds no bank statement (BkToCstmrStmt) of CAMT.053.")
    return [_statement(one) for one in found]


def _statement(found: Element) -> Statement:
    account = _text(found, "Acct/Id/IBAN") or _text(found, "Acct/Id/Othr/Id")
    if not account:
        raise BadStatement("A statement does not say of which account it is (Acct/Id).")
    entries: list[Booked] = []
    seen: dict[str, int] = {}
    pending = 0
    for entry in _all(found, "Ntry"):
        status = _text(entry, "Sts/Cd") or _text(entry, "Sts") or "BOOK"
        if status != "BOOK":
            pending += 1
            continue
        entries += _entries(entry, seen)
    currency = read_currency(_text(found, "Acct/Ccy")) or (entries[0].currency if entries else "")
    return Statement(
        form="camt053",
        account=account.replace(" ", ""),
        name=_text(found, "Id"),
        currency=currency,
        entries=tuple(entries),
        opening_minor=_balance(found, "OPBD", "PRCD"),
        closing_minor=_balance(found, "CLBD"),
        since=_day(found, "FrToDt/FrDtTm"),
        until=_day(found, "FrToDt/ToDtTm"),
        pending=pending,
    )


def _entries(entry: Element, seen: dict[str, int]) -> Iterator[Booked]:
    """Read one entry: a line for each of its transactions where they tell their own amounts."""
    sign = -1 if _text(entry, "CdtDbtInd") == "DBIT" else 1
    total, currency = _amount(entry, "Amt")
    booked_on = _day(entry, "BookgDt/Dt") or _day(entry, "BookgDt/DtTm") or _day(entry, "ValDt/Dt")
    if booked_on is None:
        raise BadStatement("An entry does not say when it was booked (BookgDt).")
    details = _all(entry, "NtryDtls/TxDtls")
    amounts = [_detail_amount(one, currency) for one in details]
    is_split = len(details) > 1 and sum(one or 0 for one in amounts) == total
    name = _text(entry, "AcctSvcrRef") or _text(entry, "NtryRef")
    parts = list(zip(details, amounts, strict=True)) if is_split else [(None, total)]
    for place, (detail, minor) in enumerate(parts, start=1):
        told = detail if detail is not None else (details[0] if details else entry)
        party, party_account = _party(told, came=sign > 0)
        own = _text(told, "Refs/AcctSvcrRef") if is_split else ""
        known = own or (f"{name}/{place}" if name and is_split else name)
        reference = _text(told, "RmtInf/Strd/CdtrRefInf/Ref")
        text = " ".join(one.text or "" for one in _all(told, "RmtInf/Ustrd")).strip()
        text = text or _text(entry, "AddtlNtryInf")
        end_to_end = _text(told, "Refs/EndToEndId")
        if not known:
            known = _made_up(seen, booked_on, sign * (minor or 0), party, reference or text)
        yield Booked(
            bank_reference=known[:120],
            booked_on=booked_on,
            valued_on=_day(entry, "ValDt/Dt"),
            minor=sign * (minor or 0),
            currency=currency,
            party=party[:200],
            party_account=party_account[:40],
            reference=reference[:60],
            text=text[:1000],
            is_return=_text(entry, "RvslInd") == "true" or bool(_all(told, "RtrInf")),
            end_to_end="" if end_to_end == "NOTPROVIDED" else end_to_end[:60],
        )


def _made_up(seen: dict[str, int], on: date, minor: int, party: str, text: str) -> str:
    """Name an entry that the bank left without one by what it says; the same file names it alike."""
    key = f"{on:%Y%m%d}:{minor}:{party[:40]}:{text[:50]}"
    seen[key] = seen.get(key, 0) + 1
    return f"{key}:{seen[key]}"


def _party(detail: Element, *, came: bool) -> tuple[str, str]:
    """Return who is on the other side: of money that came the debtor, of money that went the creditor."""
    who = "Dbtr" if came else "Cdtr"
    base = f"RltdPties/{who}"
    name = _text(detail, f"{base}/Nm") or _text(detail, f"{base}/Pty/Nm")
    account = f"RltdPties/{who}Acct/Id"
    return name, _text(detail, f"{account}/IBAN") or _text(detail, f"{account}/Othr/Id")


def _balance(found: Element, *codes: str) -> int | None:
    for one in _all(found, "Bal"):
        if _text(one, "Tp/CdOrPrtry/Cd") in codes:
            minor, _ = _amount(one, "Amt")
            return -minor if _text(one, "CdtDbtInd") == "DBIT" else minor
    return None


def _detail_amount(detail: Element, currency: str) -> int | None:
    for path in ("Amt", "AmtDtls/TxAmt/Amt"):
        if _all(detail, path):
            minor, said = _amount(detail, path)
            return minor if said == currency else None
    return None


def _amount(found: Element, path: str) -> tuple[int, str]:
    told = _all(found, path)
    if not told or not told[0].text:
        raise BadStatement(f"An entry or balance has no amount ({path}).")
    currency = read_currency(told[0].get("Ccy", ""))
    return read_amount(told[0].text.strip(), currency), currency


def _day(found: Element, path: str) -> date | None:
    told = _text(found, path)
    if not told:
        return None
    try:
        return date.fromisoformat(told[:10])
    except ValueError as error:
        raise BadStatement(f"{told!r} is no day such as 2026-11-30.") from error


def _text(found: Element, path: str) -> str:
    told = _all(found, path)
    return " ".join((told[0].text or "").split()) if told else ""


def _all(found: Element, path: str) -> list[Element]:
    """Return what stands at a path of plain names, whatever the namespace of the version."""
    level = [found]
    for step in path.split("/"):
        level = [child for one in level for child in one if _name(child) == step]
    return level


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]

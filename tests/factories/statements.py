"""Bank files for the tests: CAMT.053 and OFX with the entries asked for."""

from dataclasses import dataclass
from itertools import count

_numbers = count(1)


@dataclass(frozen=True)
class Entry:
    """One entry of a file; below zero is money that went."""

    amount: str = "40.00"
    party: str = "Ana Ruiz"
    reference: str = ""
    text: str = ""
    bank_reference: str = ""
    currency: str = "USD"
    on: str = "2026-11-10"
    status: str = "BOOK"
    is_return: bool = False
    end_to_end: str = ""


def camt(*entries: Entry, account: str = "DE89370400440532013000", version: str = "02") -> bytes:
    """Return a CAMT.053 file."""
    rows = "".join(_ntry(entry) for entry in entries)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"><BkToCstmrStmt><Stmt>
<Id>S-1</Id><Acct><Id><IBAN>{account}</IBAN></Id><Ccy>USD</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="USD">100.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="USD">5.00</Amt><CdtDbtInd>DBIT</CdtDbtInd></Bal>
{rows}</Stmt></BkToCstmrStmt></Document>""".encode()


def _ntry(entry: Entry) -> str:
    came = not entry.amount.startswith("-")
    who = "Dbtr" if came else "Cdtr"
    strd = f"<Strd><CdtrRefInf><Ref>{entry.reference}</Ref></CdtrRefInf></Strd>"
    ustrd = f"<Ustrd>{entry.text}</Ustrd>"
    rmt = (strd if entry.reference else "") + (ustrd if entry.text else "")
    back = "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>" if entry.is_return else ""
    named = f"<AcctSvcrRef>{entry.bank_reference}</AcctSvcrRef>" if entry.bank_reference else ""
    return f"""<Ntry><Amt Ccy="{entry.currency}">{entry.amount.lstrip("-")}</Amt>
<CdtDbtInd>{"CRDT" if came else "DBIT"}</CdtDbtInd><Sts>{entry.status}</Sts>
<BookgDt><Dt>{entry.on}</Dt></BookgDt><ValDt><Dt>{entry.on}</Dt></ValDt>{named}
<NtryDtls><TxDtls><Refs><EndToEndId>{entry.end_to_end or "NOTPROVIDED"}</EndToEndId></Refs>
<RltdPties><{who}><Nm>{entry.party}</Nm></{who}>
<{who}Acct><Id><IBAN>FR7630006000011234567890189</IBAN></Id></{who}Acct></RltdPties>
<RmtInf>{rmt}</RmtInf>{back}</TxDtls></NtryDtls></Ntry>"""


def ofx(*entries: Entry, account: str = "12345678") -> bytes:
    """Return an OFX file of the older form."""
    rows = "".join(
        f"<STMTTRN><TRNTYPE>{'CREDIT' if not entry.amount.startswith('-') else 'DEBIT'}\n"
        f"<DTPOSTED>{entry.on.replace('-', '')}120000[-5:EST]\n<TRNAMT>{entry.amount}\n"
        f"<FITID>{entry.bank_reference or next(_numbers)}\n<NAME>{entry.party}\n"
        f"<MEMO>{entry.text or entry.reference}\n</STMTTRN>\n"
        for entry in entries
    )
    return f"""OFXHEADER:100
DATA:OFXSGML
VERSION:102
SECURITY:NONE
ENCODING:USASCII
CHARSET:1252
COMPRESSION:NONE
OLDFILEUID:NONE
NEWFILEUID:NONE

<OFX><BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STMTRS><CURDEF>USD
<BANKACCTFROM><BANKID>021000021<ACCTID>{account}<ACCTTYPE>CHECKING</BANKACCTFROM>
<BANKTRANLIST><DTSTART>20261101<DTEND>20261130
{rows}</BANKTRANLIST><LEDGERBAL><BALAMT>95.00<DTASOF>20261130</LEDGERBAL>
</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>""".encode()

"""Which form a bank's file has."""

from payments.bank import camt, ofx
from payments.bank.values import BadStatement, Statement

LARGEST = 10_000_000
"""The largest file that is read, in bytes: some ten thousand entries."""


def read(content: bytes) -> list[Statement]:
    """Return the statements in a bank's file.

    :raises BadStatement: if it is neither CAMT.053 nor OFX, is too large, or cannot be read.
    """
    if len(content) > LARGEST:
        raise BadStatement("The file is larger than 10 MB. Ask the bank for shorter periods.")
    if b"\0" in content:
        raise BadStatement(
            "The file is no text: it holds bytes of nothing. Ask the bank for UTF-8."
        )
    head = content[:4_000].lstrip(b"\xef\xbb\xbf \t\r\n")
    if b"camt.053" in head or b"BkToCstmrStmt" in head:
        return camt.read(content)
    if b"OFX" in head[:600].upper():
        return ofx.read(content)
    raise BadStatement("The file is neither CAMT.053 (XML) nor OFX, as banks give statements.")

"""Phone numbers as they are kept: E.164, "+" and digits."""

import re

_E164 = re.compile(r"\+[1-9]\d{6,14}")


def phone_number(typed: str) -> str:
    """Return a number as it is kept: phone_number("+1 (212) 555-0100") is "+12125550100".

    :raises ValueError: if it does not name its country, or is no number.
    """
    text = re.sub(r"[\s().\-\u00a0]", "", typed)
    if text.startswith("00"):
        text = f"+{text[2:]}"
    if not _E164.fullmatch(text):
        raise ValueError("A phone number starts with + and its country, such as +12125550100.")
    return text

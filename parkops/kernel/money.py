"""What an amount of money is, and where it is rounded."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

DECIMALS_DEFAULT = 2
_NONE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"
_FOUR = "CLF UYW"
_IN_USE = """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN
    BZD CAD CDF CHF CLF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP
    GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR
    KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK
    MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR
    SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS
    UAH UGX USD UYI UYU UYW UZS VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""

DECIMALS = {code: n for n, codes in ((0, _NONE), (3, _THREE), (4, _FOUR)) for code in codes.split()}
"""ISO 4217's decimals, where they are not two."""
_SIGNS = """
    AUD=$ BRL=R$ CAD=$ CNY=CN¥ EUR=€ GBP=£ HKD=HK$ ILS=₪ INR=₹ JPY=¥ KRW=₩ MXN=MX$ NZD=$ PHP=₱
    TWD=NT$ USD=$ XCD=EC$
"""
SIGNS = dict(pair.split("=") for pair in _SIGNS.split())
"""What stands before an amount in English. A tenant has one currency, so that $ is its dollar."""
CURRENCIES = frozenset(_IN_USE.split())
"""The currencies of ISO 4217 that are in use."""

_GROUPED = re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_FORM = re.compile(r"(?P<sign>-?)(?P<whole>[0-9]{1,12})(?:\.(?P<part>[0-9]+))?")


def decimals(currency: str) -> int:
    """Return how many decimals an amount of `currency` has: 2 for CAD, 0 for JPY, 3 for KWD."""
    return DECIMALS.get(currency, DECIMALS_DEFAULT)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (cents) of one ISO 4217 currency."""

    minor: int
    currency: str

    @classmethod
    def round_half_up(cls, minor: Decimal, currency: str) -> "Money":
        """Return the nearest whole minor unit of `minor`; a half goes away from zero."""
        return cls(int(minor.quantize(Decimal(1), ROUND_HALF_UP)), currency)

    @classmethod
    def parse(cls, text: str, currency: str) -> "Money":
        """Return the amount that a decimal such as `45.00` or `-3.5` says, exactly.

        :raises ValueError: if it is no decimal, or has more decimals than the currency.
        """
        form = _FORM.fullmatch(text)
        if form is None:
            raise ValueError(f"{text!r} is not an amount such as {example(currency)}")
        places = decimals(currency)
        part = form["part"] or ""
        if len(part) > places:
            raise ValueError(
                f"{text!r} has {len(part)} decimals and {currency} has {places}, "
                f"as in {example(currency)}"
            )
        minor = int(form["whole"] + part.ljust(places, "0"))
        return cls(-minor if form["sign"] else minor, currency)

    @classmethod
    def typed(cls, text: str, currency: str) -> "Money":
        """Return the amount that people type: 45, 45.00, $1,544.00. A comma only stands between groups of
        three digits, so that 45,00 is never taken for 4500.

        :raises ValueError: as `parse` does.
        """
        bare = text.strip().replace("\N{NO-BREAK SPACE}", " ")
        sign = SIGNS.get(currency, currency)
        bare = bare.removeprefix(sign).removeprefix(currency).removesuffix(currency).strip()
        if _GROUPED.fullmatch(bare):
            bare = bare.replace(",", "")
        return cls.parse(bare, currency)

    @classmethod
    def zero(cls, currency: str) -> "Money":
        """Return nothing, in `currency`."""
        return cls(0, currency)

    @property
    def decimal(self) -> Decimal:
        """The amount in major units, with all the currency's decimals: Decimal("45.00")."""
        return Decimal(self.minor).scaleb(-decimals(self.currency))

    @property
    def amount(self) -> str:
        """The amount as files and the API write it: "45.00", "-0.05", "9998" in JPY."""
        places = decimals(self.currency)
        if not places:
            return str(self.minor)
        digits = str(abs(self.minor)).rjust(places + 1, "0")
        return f"{'-' if self.minor < 0 else ''}{digits[:-places]}.{digits[-places:]}"

    def __str__(self) -> str:
        """The amount as English sentences and pages write it: "$1,544.00", "−€16.50"."""
        sign = SIGNS.get(self.currency, f"{self.currency}\N{NO-BREAK SPACE}")
        minus = "\N{MINUS SIGN}" if self.minor < 0 else ""
        return f"{minus}{sign}{abs(self.decimal):,f}"

    def __bool__(self) -> bool:
        return self.minor != 0

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other, "add"), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other, "subtract"), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __mul__(self, count: int) -> "Money":
        if not isinstance(count, int):
            return NotImplemented
        return Money(self.minor * count, self.currency)

    __rmul__ = __mul__

    def __lt__(self, other: "Money") -> bool:
        return self.minor < self._same(other, "compare")

    def __le__(self, other: "Money") -> bool:
        return self.minor <= self._same(other, "compare")

    def __gt__(self, other: "Money") -> bool:
        return self.minor > self._same(other, "compare")

    def __ge__(self, other: "Money") -> bool:
        return self.minor >= self._same(other, "compare")

    def _same(self, other: "Money", act: str) -> int:
        if other.currency != self.currency:
            raise ValueError(f"cannot {act} {other.currency} and {self.currency}")
        return other.minor


def example(currency: str) -> str:
    """Return how an amount of `currency` is written, in quotes: `"45.00"`, `"45"` for JPY."""
    places = decimals(currency)
    return f'"45.{"0" * places}"' if places else '"45"'

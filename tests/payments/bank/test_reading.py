"""Banks' files become values, and what is none is refused in words."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iso11649

from payments.bank import references
from payments.bank.reading import read
from payments.bank.values import BadStatement
from tests.factories.statements import Entry, camt, ofx


class TestCamt:
    @pytest.mark.parametrize("version", ["02", "08", "13"])
    def test_says_account_balances_and_entries(self, version):
        [told] = read(
            camt(
                Entry("1234.50", reference="RF18539007547034", bank_reference="B1"),
                version=version,
            )
        )
        assert (told.account, told.currency, told.name) == ("DE89370400440532013000", "USD", "S-1")
        assert (told.opening_minor, told.closing_minor) == (10_000, -500)
        [entry] = told.entries
        assert (entry.minor, entry.currency, entry.booked_on) == (
            123_450,
            "USD",
            date(2026, 11, 10),
        )
        assert (entry.party, entry.party_account) == ("Ana Ruiz", "FR7630006000011234567890189")
        assert (entry.bank_reference, entry.reference) == ("B1", "RF18539007547034")
        assert entry.end_to_end == ""

    def test_money_that_went_is_below_zero_and_a_return_is_known(self):
        [told] = read(camt(Entry("-40.00", is_return=True, end_to_end="E-7")))
        [entry] = told.entries
        assert (entry.minor, entry.is_return, entry.end_to_end) == (-4_000, True, "E-7")

    def test_what_is_not_booked_yet_is_only_counted(self):
        [told] = read(camt(Entry(status="PDNG"), Entry()))
        assert (len(told.entries), told.pending) == (1, 1)

    def test_entries_without_a_name_get_the_same_one_each_time(self):
        file = camt(Entry(), Entry(), Entry("41.00"))
        names = [entry.bank_reference for entry in read(file)[0].entries]
        assert len(set(names)) == 3
        assert [entry.bank_reference for entry in read(file)[0].entries] == names

    def test_a_batch_is_a_line_for_each_transfer(self):
        file = camt(Entry("70.00", bank_reference="B9")).replace(
            b"</TxDtls>",
            b"<AmtDtls><TxAmt><Amt Ccy='USD'>30.00</Amt></TxAmt></AmtDtls></TxDtls>"
            b"<TxDtls><Amt Ccy='USD'>40.00</Amt><RmtInf><Ustrd>I-2</Ustrd></RmtInf></TxDtls>",
        )
        told = [(entry.bank_reference, entry.minor, entry.text) for entry in read(file)[0].entries]
        assert told == [("B9/1", 3_000, ""), ("B9/2", 4_000, "I-2")]


class TestOfx:
    def test_says_account_balance_and_entries(self):
        [told] = read(ofx(Entry("1234.50", text="RF18539007547034", bank_reference="F1")))
        assert (told.account, told.currency, told.closing_minor) == ("12345678", "USD", 9_500)
        assert (told.since, told.until) == (date(2026, 11, 1), date(2026, 11, 30))
        [entry] = told.entries
        assert (entry.minor, entry.bank_reference, entry.text) == (
            123_450,
            "F1",
            "RF18539007547034",
        )


class TestWhatIsNoStatement:
    @pytest.mark.parametrize(
        ("file", "words"),
        [
            (b"", "neither CAMT.053"),
            (b"number,amount\n1,2\n", "neither CAMT.053"),
            (b"<Document>camt.053", "no XML that can be read"),
            (b"<a>camt.053</a>", "no bank statement"),
            (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>camt.053&b;</a>", "no XML that can be read"),
            (b"OFXHEADER:100\n\n<OFX></OFX>", "no OFX|no bank statement"),
            (camt(Entry("1.234")), "more decimals"),
            (camt(Entry("many")), "no amount"),
            (camt(Entry(on="soon")), "no day"),
            (ofx(Entry(on="soon")), "no day"),
            (ofx(Entry("many")), "no amount"),
            (camt(Entry()).replace(b"IBAN", b"Nothing"), "which account"),
            (b"x" * 10_000_001, "10 MB"),
        ],
        ids=range(13),
    )
    def test_is_refused_in_words(self, file, words):
        with pytest.raises(BadStatement, match=words):
            read(file)


class TestReferences:
    @given(st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-", min_size=1, max_size=21))
    def test_have_a_right_check_and_are_found_in_words(self, number):
        if not number.strip("-"):
            return
        reference = references.reference_of(number)
        assert iso11649.is_valid(reference)
        written = f"Our payment {references.shown(reference)}, thank you"
        assert reference in references.references_in(written)

    def test_known_ones(self):
        assert references.reference_of("539007547034") == "RF18539007547034"
        assert references.references_in("RF17 5390 0754 7034") == []

    @pytest.mark.parametrize("number", ["", "--", "A" * 22])
    def test_cannot_be_made_of_everything(self, number):
        with pytest.raises(ValueError, match="no creditor reference"):
            references.reference_of(number)

"""A citation on paper: PDF, ESC/POS, ZPL, each told in the printer's own bytes."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from uuid import uuid4

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from enforcement.models import Citation
from enforcement.operations import citations
from enforcement.operations.citations import Draft
from enforcement.printing import escpos, paper, zpl
from enforcement.printing.slip import Row, Slip, slip_of
from enforcement.queries import chain
from enforcement.queries import citations as citing
from enforcement.rules.owed import Step
from parkops.kernel.actors import SYSTEM

# A Tuesday, 10:15 in New York.
NOW = datetime(2026, 11, 10, 15, 15, tzinfo=UTC)
SLIP = Slip(
    issuer="Harbor",
    title="Parking citation",
    number="C-2026-00417-3",
    rows=(Row("Vehicle", "ABC 123", strong=True), Row("Where", "LOT-A, Café lot")),
    told=("Pay at harbor.test",),
    pin="012345",
    code="7K2QM-0XF4R",
    link="https://harbor.test/v",
    copy=1,
)
ANY = st.text(max_size=60)


@pytest.fixture(autouse=True)
def _at_work():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def citation(harbor) -> Citation:
    draft = Draft(
        client_id=uuid4(),
        plate="QUAHOG 1",
        region="WA",
        zone="LOT-A",
        violation="NO-PERMIT",
        issued_at=NOW,
        public_note="On the crossing",
    )
    return citations.issue_citation(draft, by=SYSTEM, at=NOW).citation


class TestEscPos:
    def test_the_square_is_told_as_the_manual_says(self):
        assert escpos.square("ABC", size=6) == bytes.fromhex(
            "1d286b0400314132001d286b03003143061d286b03003145311d286b0600315030"
            "4142431d286b0300315130"
        )

    def test_a_whole_slip(self):
        told = escpos.escpos(SLIP)
        assert told.startswith(
            b"\x1b@\x1bt\x10\x1ba\x01Harbor\n\x1bE\x01PARKING CITATION\n\x1bE\x00"
        )
        assert b"\x1d!\x11\x1bE\x01ABC 123\n\x1bE\x00\x1d!\x00" in told
        assert "Café lot".encode("cp1252") in told
        assert told.endswith(b"7K2QM-0XF4R\n\x1bd\x03\x1dV\x42\x00")
        assert b"Copy" not in told

    @given(ANY, st.sampled_from([58, 80]))
    def test_no_word_commands_the_printer_or_runs_over_the_edge(self, text, width):
        slip = Slip("I", "T", "N", (Row("Where", text),), (text,), "1", "", "L", 1)
        told = escpos.escpos(slip, width=width)
        bare = told.replace(escpos.square("L"), b"")
        for command in (b"\x1b@", b"\x1bt\x10", b"\x1ba\x00", b"\x1ba\x01", b"\x1bE\x00",
                        b"\x1bE\x01", b"\x1d!\x11", b"\x1d!\x00", b"\x1bd\x03", b"\x1dV\x42\x00"):  # fmt: skip
            bare = bare.replace(command, b"")
        assert not set(bare) & set(range(32)) - {10}
        assert max(len(line) for line in bare.split(b"\n")) <= escpos.COLUMNS[width]


class TestZpl:
    def test_a_whole_label(self):
        told = zpl.zpl(SLIP)
        lines = told.splitlines()
        assert lines[0].startswith("^XA^CI28^PW384^LL")
        assert lines[1] == "^FO12,12^A0N,24,24^FB360,1,0,C^FH^FDHarbor^FS"
        assert "^BQN,2,5^FH^FDMA,https://harbor.test/v^FS" in told
        assert "Café lot" in told
        assert lines[-1] == "^XZ"

    @given(ANY)
    def test_no_word_is_a_command(self, text):
        data = zpl.escaped(text)
        assert "^" not in data
        assert "~" not in data
        assert zpl.escaped("a_b^c~d") == "a_5Fb_5Ec_7Ed"

    def test_the_label_is_as_long_as_its_text(self):
        longer = Slip("I", "T", "N", SLIP.rows * 4, (), "1", "", "L", 1)
        lengths = [
            int(zpl.zpl(slip).partition("^LL")[2].partition("^")[0]) for slip in (SLIP, longer)
        ]
        assert lengths[0] < lengths[1]


class TestSlip:
    def test_says_all_that_the_driver_needs_and_no_name(self, citation):
        slip = slip_of(citing.standing_of(citation, at=NOW), copy=1)
        said = {row.label: row.text for row in slip.rows}
        assert said["Vehicle"] == "QUAHOG 1 WA"
        assert {"Violation", "Where", "When", "To pay", "Pay by"} <= said.keys()
        assert slip.code == chain.code_of(citation)
        assert slip.link.endswith(f"/citations/verify/?number={citation.number}&code={slip.code}")
        assert slip.told[0] == "On the crossing"
        assert slip_of(citing.standing_of(citation, at=NOW), copy=2).copy_told == "Copy 2"

    def test_a_step_that_costs_no_more_is_not_told(self, citation, monkeypatch):
        now = citing.standing_of(citation, at=NOW)
        days = [(10, now.owed), (20, now.owed + now.owed), (30, now.owed + now.owed)]
        steps = [Step(now.today + timedelta(days=n), owed, "") for n, owed in days]
        monkeypatch.setattr(type(now), "steps", property(lambda self: steps))
        labels = [row.label for row in slip_of(now, copy=1).rows]
        assert [label for label in labels if label.startswith("From")] == ["From 30 Nov 2026"]


class TestPdf:
    def test_a_sheet_and_strips_of_one_page(self, citation):
        slip = slip_of(citing.standing_of(citation, at=NOW), copy=1)
        for data, width in [(paper.sheet(slip), None), (paper.strip(slip, width=58), 58)]:
            pages = PdfReader(BytesIO(data)).pages
            text = pages[0].extract_text()
            assert len(pages) == 1
            assert citation.number in text
            assert slip.code in text
            if width:
                millimeters = float(pages[0].mediabox.width) * 25.4 / 72
                assert millimeters == pytest.approx(width, abs=0.1)
                assert pages[0].mediabox.height < 1_000


class TestCopies:
    def test_each_print_is_counted(self, site, bob, citation):
        site.login_as(bob)
        path = f"/field/citations/{citation.number}/"
        for times, how in enumerate(("escpos-58", "zpl-80", "pdf-58"), start=1):
            answer = site.post(f"{path}print/", {"how": how})
            assert answer.status_code == 200
            assert answer["Cache-Control"] == "no-store"
            if how != "pdf-58":
                assert (b"Copy 2" in answer.content) is (times == 2)
        citation.refresh_from_db()
        assert citation.prints == 3
        assert "Printed 3 times" in site.get(path).content.decode()
        assert site.post(f"{path}print/", {"how": "fax"}).status_code == 422

    def test_through_the_api(self, site, token, citation):
        header = token("enforcement:read")
        path = f"/api/v1/citations/{citation.number}/print"
        kinds = {"pdf": b"%PDF", "escpos": b"\x1b@", "zpl": b"^XA"}
        for form, begins in kinds.items():
            answer = site.get(path, {"format": form}, headers=header)
            assert answer.content.startswith(begins)
        assert site.get(path, {"format": "fax"}, headers=header).status_code == 422
        for width in (58, 80):
            (page,) = PdfReader(
                BytesIO(site.get(path, {"width": width}, headers=header).content)
            ).pages
            assert float(page.mediabox.width) * 25.4 / 72 == pytest.approx(width, abs=0.1)
        assert site.get(path, {"width": 7}, headers=header).status_code == 422
        assert site.get("/api/v1/citations/C-1/print", headers=header).status_code == 404

"""Counts brought as a file in the office: guessed, looked at with every fault, taken in once."""

import gzip

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from enforcement.imports import uploading
from enforcement.imports.models import ImportBatch
from enforcement.models import SpaceCount
from parkops.kernel.decisions import Refused

PAGE = "/office/imports/counts/"
GOOD = "Car park;Last updated;Occupancy;Capacity\nLOT-A;2026-11-09 08:00;40;120\nLOT-B;2026-11-09 08:00;45;40\n"
FAULTY = (
    GOOD
    + "LOT-A;2026-11-09 08:30;-8;120\nNOWHERE;2026-11-09 09:00;x;\nLOT-A;30/11/2026 10:00;1;1\n"
)
ASKED = {"kind": "gate", "form": "iso"}


class TestSheet:
    @pytest.mark.parametrize("delimiter", [",", ";", "\t"])
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
    def test_heads_are_found_however_it_is_written(self, delimiter, encoding):
        raw = GOOD.replace(";", delimiter).encode(encoding)
        for told in (raw, gzip.compress(raw)):
            sheet = uploading.sheet_of(told)
            assert sheet.heads == ("Car park", "Last updated", "Occupancy", "Capacity")
            mapping = uploading.mapping_of(sheet, kind="sensor", form="iso", columns={})
            assert dict(mapping.fields.sources()) == {
                "zone": "Car park",
                "counted": "Last updated",
                "occupied": "Occupancy",
                "capacity": "Capacity",
            }

    @pytest.mark.parametrize(
        ("raw", "said"),
        [
            (b"", "is empty"),
            (b"\n \n", "is empty"),
            (b"a,b\n" * (uploading.MOST_LINES + 2), "in parts"),
            (b"\x1f\x8bxx", "damaged"),
        ],
    )
    def test_what_is_no_file_of_counts_is_refused(self, raw, said):
        with pytest.raises(Refused, match=said):
            uploading.sheet_of(raw)

    def test_a_column_that_is_not_known_is_named(self):
        sheet = uploading.sheet_of(b"lot,at,how many\nLOT-A,2026-11-09 08:00,1\n")
        with pytest.raises(Refused, match="how many vehicles were there") as refusal:
            uploading.mapping_of(sheet, kind="gate", form="iso", columns={})
        assert refusal.value.field == "occupied"
        told = {"occupied": "how many"}
        assert uploading.mapping_of(sheet, kind="gate", form="iso", columns=told)

    @given(st.binary(max_size=2000))
    def test_what_a_page_gives_back_is_what_was_read(self, raw):
        assert uploading.unpacked(uploading.packed(raw)) == raw

    @given(st.text(max_size=60))
    def test_anything_else_is_refused_in_words(self, text):
        try:
            assert isinstance(uploading.unpacked(text), bytes)
        except Refused as refusal:
            told = str(refusal)
        else:
            told = "Choose the file again"
        assert "Choose the file again" in told

    @given(st.binary(max_size=300))
    def test_any_bytes_are_read_or_refused(self, raw):
        try:
            field = uploading.sheet_of(raw).heads and "file"
        except Refused as refusal:
            field = refusal.field
        assert field == "file"


@pytest.mark.django_db
class TestPage:
    @pytest.fixture(autouse=True)
    def today(self, now):
        with time_machine.travel(now, tick=False):
            yield

    @pytest.fixture
    def send(self, site, alice):
        """Send a text as a file: `send(GOOD)`."""
        site.login_as(alice)

        def do(text, **more):
            return site.post(
                PAGE, {**ASKED, "file": SimpleUploadedFile("gate.csv", text.encode()), **more}
            )

        return do

    def packed(self, answer) -> dict[str, str]:
        return {
            name: answer.context["form"][name].value() or ""
            for name in ("packed", "name", *ASKED, "only", *uploading.COLUMNS)
        }

    def test_shows_every_fault_and_keeps_nothing_until_it_is_taken_in(self, send, site):
        answer = send(FAULTY)
        shown = answer.content.decode()
        assert answer.status_code == 200
        for told in ("Take in 2 counts", "Fewer than no vehicles", "There is no such zone"):
            assert told in shown
        faults = [(line, field) for line, field, _, _ in answer.context["refusals"]]
        assert faults == [(4, "occupied"), (5, "zone"), (5, "occupied"), (6, "counted")]
        assert not SpaceCount.objects.exists()
        taken = site.post(PAGE, {**self.packed(answer), "add": "1"})
        batch = ImportBatch.objects.get()
        assert taken["Location"] == f"/office/imports/{batch.pk}/"
        assert (batch.file_name, batch.imported, batch.refused) == ("gate.csv", 2, 3)
        assert set(SpaceCount.objects.values_list("kind", flat=True)) == {"gate"}

    def test_the_refused_lines_come_as_a_file(self, send, site):
        answer = send(FAULTY)
        file = site.post(PAGE, {**self.packed(answer), "refused": "1"})
        assert file["Content-Type"].startswith("text/csv")
        assert "4,occupied,-8," in file.content.decode()
        assert not SpaceCount.objects.exists()

    def test_twice_is_once(self, send, site):
        told = self.packed(send(GOOD))
        places = [site.post(PAGE, {**told, "add": "1"})["Location"] for _ in range(2)]
        assert places[0] == places[1]
        assert ImportBatch.objects.count() == 1
        again = send(GOOD)
        assert again.context["outcome"].known == 2
        assert "here already" in again.content.decode()
        assert "Take in" not in again.content.decode()

    def test_a_file_of_one_zone_says_which(self, send, site):
        text = "time,cars\n09/11/2026 08:00,12\n"
        answer = send(text, form="day")
        assert answer.status_code == 422
        assert "or one zone for all of the file" in answer.content.decode()
        answer = site.post(PAGE, {**self.packed(answer), "only": "LOT-B"})
        assert answer.status_code == 200
        site.post(PAGE, {**self.packed(answer), "add": "1"})
        count = SpaceCount.objects.get()
        assert (count.zone_code, count.occupied, count.counted_at.hour) == ("LOT-B", 12, 13)

    @pytest.mark.parametrize(
        ("sent", "said"),
        [
            ({}, "Choose a file."),
            ({"packed": "zzz"}, "Choose the file again"),
            ({"kind": "x"}, "x"),
        ],
    )
    def test_says_what_is_wrong(self, site, alice, sent, said):
        answer = site.login_as(alice).post(PAGE, {**ASKED, **sent})
        assert answer.status_code == 422
        assert said in answer.content.decode()

    def test_a_column_that_is_there_twice_is_said(self, send):
        answer = send("zone,at,taken,taken\nLOT-A,2026-11-09 08:00,1,2\n")
        assert answer.status_code == 422
        assert "2 columns taken" in answer.content.decode()

    def test_only_who_may_import_does(self, site, clara, otto):
        for person in (clara, otto):
            assert site.login_as(person).get(PAGE).status_code == 403

    def test_another_tenant_gets_none_of_it(self, send, site, other_site, charlie):
        from django_tenants.utils import tenant_context

        from parkops.tenancy.models import Tenant

        site.post(PAGE, {**self.packed(send(GOOD)), "add": "1"})
        batch = ImportBatch.objects.get()
        other_site.login_as(charlie)
        assert other_site.get(f"/office/imports/{batch.pk}/").status_code in (403, 404)
        with tenant_context(Tenant.objects.get(slug="hillside")):
            assert not SpaceCount.objects.exists()

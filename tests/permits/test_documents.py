"""Documents for approval: what is taken, who sees them, when they are gone."""

import io
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from parkops.audit.models import AuditEvent
from parkops.customers import operations as customers
from parkops.kernel import papers
from parkops.kernel.actors import SYSTEM
from parkops.kernel.decisions import Refused
from permits import operations
from permits.models import Permit, PermitDocument
from permits.rules import documents as rules
from permits.rules.plates import read_plates
from permits.rules.status import Status

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n%%EOF\n"


def photo(form="JPEG") -> bytes:
    """Return a photo that says where it was taken."""
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "A camera"
    Image.new("RGB", (40, 30), "teal").save(out, form, exif=exif)
    return out.getvalue()


@pytest.fixture
def me(dana):
    now = timezone.now()
    me = customers.customer_for_user(dana, at=now)
    return customers.change_customer(me.pk, changes={"audiences": ["STUDENT"]}, by=SYSTEM, at=now)


@pytest.fixture
def waiting(me, code) -> Permit:
    now = timezone.now()
    return operations.hold_permit(
        operations.Wish(code, read_plates(["ABC 123"])),
        customer_id=me.pk,
        channel=Permit.Channel.PORTAL,
        by=SYSTEM,
        at=now,
    )


@pytest.fixture
def code() -> str:
    return "RESIDENT"


@pytest.fixture
def kind(waiting) -> str:
    from permits.queries.permits import type_of

    asked = type_of(waiting)
    assert asked.approval == "documents"
    return asked.documents[0] if asked.documents else ""


def send(permit, kind, data, name="paper.jpg"):
    return operations.send_document(
        permit.number, kind=kind, name=name, data=data, by=SYSTEM, at=timezone.now()
    )


class TestRules:
    @pytest.mark.parametrize(
        ("approval", "status", "sent", "code"),
        [
            ("documents", Status.PENDING, 0, ""),
            ("documents", Status.HELD, 0, ""),
            ("staff", Status.PENDING, 0, ""),
            ("none", Status.HELD, 0, "no_documents"),
            ("documents", Status.ACTIVE, 0, "decided"),
            ("documents", Status.CANCELLED, 0, "decided"),
            ("documents", Status.PENDING, rules.MOST_DOCUMENTS, "too_many"),
        ],
    )
    def test_when_a_document_may_be_sent(self, approval, status, sent, code):
        assert rules.may_send(approval=approval, status=status, sent=sent).code == code

    @pytest.mark.parametrize(
        ("data", "form"),
        [
            (PDF, "pdf"),
            (photo(), "picture"),
            (photo("PNG"), "picture"),
            (photo("WEBP"), "picture"),
            (b"%PDF-1.7 cut off", ""),
            (b"<html><script>", ""),
            (b"MZ\x90", ""),
            (b"", ""),
        ],
    )
    def test_what_a_file_is_by_what_it_holds(self, data, form):
        assert papers.form_of(data) == form


class TestSending:
    def test_a_picture_is_written_anew_without_what_a_camera_adds(self, waiting, kind):
        document = send(waiting, kind, photo())
        with default_storage.open(document.file) as file, Image.open(file) as kept:
            assert kept.size == (40, 30)
            assert dict(kept.getexif()) == {}
        assert document.file.startswith("documents/")
        assert "paper" not in document.file
        assert AuditEvent.objects.filter(event="permit.document_sent").count() == 1

    def test_a_pdf_is_kept_as_it_came(self, waiting, kind):
        document = send(waiting, kind, PDF, "lease.pdf")
        with default_storage.open(document.file) as file:
            assert file.read() == PDF

    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (b"MZ\x90 a program", "type"),
            (b"\xff\xd8\xff not a picture", "type"),
            (b"%PDF-" + b"x" * papers.MOST_BYTES + b"%%EOF", "too_large"),
        ],
    )
    def test_other_files_are_refused(self, waiting, kind, data, reason):
        with pytest.raises(Refused) as refusal:
            send(waiting, kind, data)
        assert refusal.value.code == reason
        assert not PermitDocument.objects.exists()

    def test_a_kind_that_is_not_asked_for_is_refused(self, waiting):
        with pytest.raises(Refused) as refusal:
            send(waiting, "Proof of nothing", PDF)
        assert refusal.value.code == "kind"

    def test_taking_back_twice_is_once(self, waiting, kind, django_capture_on_commit_callbacks):
        document = send(waiting, kind, PDF)
        for _ in range(2):
            with django_capture_on_commit_callbacks(execute=True):
                operations.withdraw_document(
                    waiting.number, document.reference, by=SYSTEM, at=timezone.now()
                )
        assert not default_storage.exists(document.file)
        assert AuditEvent.objects.filter(event="permit.document_withdrawn").count() == 1

    def test_is_deleted_thirty_days_after_the_end_of_its_permit(
        self, waiting, kind, django_capture_on_commit_callbacks
    ):
        document = send(waiting, kind, PDF)
        now = timezone.now()
        operations.cancel_permit(waiting.number, reason="No.", by=SYSTEM, at=now)
        assert operations.forget_documents(at=now + timedelta(days=29)) == 0
        with django_capture_on_commit_callbacks(execute=True):
            assert operations.forget_documents(at=now + timedelta(days=30)) == 1
        assert operations.forget_documents(at=now + timedelta(days=31)) == 0
        assert not default_storage.exists(document.file)
        document.refresh_from_db()
        assert (document.file, bool(document.deleted_at)) == ("", True)


class TestPages:
    def test_the_holder_sends_sees_and_takes_back(self, site, dana, waiting, kind):
        site.force_login(dana)
        url = f"/permits/{waiting.number}/documents/"
        assert "Not sent yet" in site.get(url).content.decode()
        file = SimpleUploadedFile("lease.jpg", photo(), "text/html")
        assert site.post(url, {"file": file, "kind": kind}).status_code == 302
        document = PermitDocument.objects.get()
        assert "lease.jpg" in site.get(url).content.decode()
        given = site.get(f"{url}{document.reference}/")
        assert given["Content-Type"] == "image/jpeg"
        assert given["X-Content-Type-Options"] == "nosniff"
        site.post(url, {"act": f"withdraw:{document.reference}"})
        assert site.get(f"{url}{document.reference}/").status_code == 404

    def test_a_wrong_file_is_said_at_its_field(self, site, dana, waiting, kind):
        site.force_login(dana)
        file = SimpleUploadedFile("virus.jpg", b"MZ\x90", "image/jpeg")
        answer = site.post(f"/permits/{waiting.number}/documents/", {"file": file, "kind": kind})
        assert answer.status_code == 422
        assert "Send a PDF, or a JPEG" in answer.content.decode()

    def test_nobody_else_sees_them(self, site, waiting, kind):
        document = send(waiting, kind, PDF)
        url = f"/permits/{waiting.number}/documents/{document.reference}/"
        assert site.get(url).status_code == 302
        assert "/account/" in site.get(url)["Location"]

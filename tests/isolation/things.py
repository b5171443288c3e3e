"""One of everything, made in the current tenant, and where its names stand in the addresses."""

import csv
import functools
import io
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.urls import URLPattern, URLResolver, get_resolver
from PIL import Image

from enforcement.cameras import operations as cameras
from enforcement.cameras.reads import Read
from enforcement.imports import mapping as mappings
from enforcement.imports import operations as imports
from enforcement.models import (
    Appeal,
    AppealDocument,
    AppealPicture,
    Citation,
    CitationHold,
    CitationPhoto,
    CureProof,
    PlateCheck,
)
from enforcement.operations import (
    beats,
    calls,
    citations,
    hand_overs,
    hearings,
    letters,
    looks,
    owners,
    tallying,
)
from enforcement.operations import boot_cases as boots
from enforcement.operations.citations import Draft
from enforcement.queries.appeals import PAGE as FOLLOW
from enforcement.queries.boot_cases import path_of as boot_path
from enforcement.queries.calls import PAGE as CALL
from parkops.accounts import operations as accounts
from parkops.accounts import queries as accounts_of
from parkops.accounts.models import ApiToken, User
from parkops.customers import operations as customers
from parkops.jobs import operations as jobs
from parkops.jobs.figures import count_given_up
from parkops.jobs.models import Job
from parkops.kernel.actors import PUBLIC, SYSTEM, Actor
from parkops.kernel.money import Money
from parkops.kernel.permissions import Permission, Role
from parkops.messaging.models import Message
from parkops.programme import load, queries
from parkops.programme import operations as programme
from parkops.tenancy import signing
from parkops.tenancy.models import OutboxEntry
from payments import links
from payments import operations as payments
from payments.accounts import FEE_REVENUE
from payments.models import (
    BankLine,
    Discrepancy,
    Dispute,
    Drawer,
    LedgerTransaction,
    Payment,
    Refund,
    TerminalBatch,
)
from payments.operations import drives, gifts, plans
from payments.operations import tallying as money_tallying
from permits import operations as permits
from permits.models import Draw, Permit, PermitDocument, PermitTransfer
from permits.operations.handing_on import GIFT
from permits.operations.line_notices import OFFER
from permits.operations.notices import page_key
from permits.queries.carpools import join_path
from permits.queries.stays import PAGE as STAY
from permits.rules import draws
from permits.views.portal.holding import VERIFY
from permits.views.portal.line import path_of
from permits.views.portal.visiting import OWN
from reporting.models import ReportRun
from reporting.operations import calendars, filters, limits, reports, schedules, walls
from reporting.operations import opening as figures
from reporting.operations.schedules import Plan
from reporting.queries.walls import PURPOSE as WALL
from reporting.questions import operations as questions
from reporting.replay import operations as replays
from reporting.rules.schedules import Every, Rhythm
from tests.factories.statements import Entry, camt

# Stands in everything that a person could have written about harbor's things.
MARK = "Quahog"
PLATES = ["QUAHOG1", "QUAHOG2", "QUAHOG3"]
MAPPING = """
name: plain
fields:
  issued: {column: when, format: "%Y-%m-%d %H:%M"}
  violation: what
  fine: fine
  plate: plate
  place: where
"""


def picture() -> bytes:
    """Return a small picture."""
    out = io.BytesIO()
    Image.new("RGB", (8, 6), "teal").save(out, "JPEG")
    return out.getvalue()


class Things:
    """What was made: its names by which addresses know it."""

    def __init__(self, api, *, user: User, at: datetime) -> None:
        self.api, self.at = api, at
        self._people(user)
        self._permits()
        self._citations()
        self._money()
        self._rest()
        self._on_the_dashboard()

    def post(self, path: str, body: dict[str, Any], status: int = 201) -> dict[str, Any]:
        """Make something through the API."""
        answer = self.api.post(f"/api/v1{path}", body, content_type="application/json")
        assert answer.status_code == status, (path, answer.content)
        return answer.json()

    def _people(self, user: User) -> None:
        self.officer = User.objects.exclude(roles=[]).order_by("pk").first()
        self.customer = customers.customer_for_user(user, at=self.at)
        self.vehicle = customers.add_vehicle(
            customer_id=self.customer.pk, plate=PLATES[0], make=MARK, by=SYSTEM, at=self.at
        )
        customers.write_note(self.customer.pk, text=f"{MARK} note", by=SYSTEM, at=self.at)
        self.token = ApiToken.objects.order_by("-pk").first()
        self.welcome = accounts.welcome_link(user).rstrip("/").rpartition("/")[2]

    def _permits(self) -> None:
        wish = {"customer": str(self.customer.reference), "vehicles": [PLATES[0]]}
        permit = self.post("/permits", {"permit_type": "MONTH", **wish})
        self.permit, self.charge = permit["number"], permit["charge"]["id"]
        book = self.post("/permits", {**wish, "permit_type": "VISITOR-BOOK", "vehicles": []})
        self._pay(book["charge"]["id"])
        start = (self.at + timedelta(hours=1)).isoformat()
        given = {"permit": book["number"], "plate": PLATES[1], "start": start, "hours": 2}
        self.visit = self.post("/passes", given)["id"]
        self.link = permits.make_link(
            book["number"],
            name=MARK,
            minutes=60,
            uses=None,
            opens_at=self.at,
            closes_at=self.at + timedelta(days=1),
            by=SYSTEM,
            at=self.at,
        )
        self.guest_pass = signing.sign(self.visit, purpose=OWN)
        self._carpool(wish)
        self._line()
        self._gift()
        self.draw = Draw.objects.create(
            kind=Draw.Kind.ROOM,
            type_code="MONTH",
            type_key="month",
            opens_at=self.at,
            draws_at=self.at + timedelta(hours=1),
            seed=draws.new_seed(),
            commitment=MARK,
            created_at=self.at,
        )
        ticket = self.draw.tickets.create(customer=self.customer, came_at=self.at)
        self.place = path_of(ticket).rstrip("/").rpartition("/")[2]
        self.department = permits.open_department(
            name=MARK, customer_id=self.customer.pk, zones=["METER"], by=SYSTEM, at=self.at
        )
        self.event = permits.make_event(
            name=MARK,
            department=str(self.department.reference),
            zone_code="LOT-B",
            starts_at=self.at,
            ends_at=self.at + timedelta(days=1),
            by=SYSTEM,
            at=self.at,
        )
        self.event_pass = permits.add_passes(
            str(self.event.reference), codes=1, by=SYSTEM, at=self.at
        )[0]
        self.session = self.post("/sessions", {"plate": PLATES[2], "zone": "METER", "minutes": 60})[
            "number"
        ]

    def _gift(self) -> None:
        """A permit offered to somebody."""
        permit = Permit.objects.get(number=self.permit)
        offered = PermitTransfer.objects.create(
            permit=permit,
            giver=permit.customer,
            to_email=self.customer.email,
            asked_at=self.at,
            expires_at=self.at + timedelta(days=7),
        )
        self.gift = signing.sign(str(offered.reference), purpose=GIFT)

    def _line(self) -> None:
        """Somebody in line, whose place is held."""
        waiting = customers.register_customer(
            email="waits@quahog.example", name=MARK, audiences=["STAFF"], by=SYSTEM, at=self.at
        )
        entry = permits.join_waitlist(
            type_code="STAFF-YEAR", customer_id=waiting.pk, by=SYSTEM, at=self.at
        )
        self.wait = entry.reference
        self.offer = signing.sign(str(entry.reference), purpose=OFFER)

    def _citations(self) -> None:
        cite = {"client_id": str(uuid4()), "plate": PLATES[1], "zone": "LOT-A"}
        cite |= {"violation": "NO-PERMIT", "at": self.at.isoformat(), "note": f"{MARK} parked"}
        cited = self.post("/citations", cite)
        self.citation, self.pin = cited["number"], cited["pin"]
        self.citation_photo = self._photo()
        allotment = {"device": str(uuid4()), "count": 2, "officer": self.officer.email}
        held = self.post("/number-allotments", allotment, 200)
        self.allotted = held["numbers"][0]["number"]
        appeal = {"grounds": "other", "text": f"{MARK} says no", "name": MARK}
        self.post(
            f"/citations/{self.citation}/appeals", {**appeal, "email": "quahog@harbor.example"}
        )
        self.appeal = Appeal.objects.get()
        self.appeal_picture = AppealPicture.objects.create(
            appeal=self.appeal, reference=uuid4(), **self._stored()
        )
        self.appeal_document = AppealDocument.objects.create(
            appeal=self.appeal,
            name=MARK,
            file=self._stored()["shown"],
            sha256="0" * 64,
            size_bytes=1,
            added_at=self.at,
        )
        self.hearing_slot = hearings.open_slots(
            [self.at + timedelta(days=3)], minutes=20, place=MARK, by=SYSTEM, at=self.at
        )[0]
        with tallying.tallied_appeal(self.appeal):
            self.appeal.is_heard = True
        self.appeal.save(update_fields=["is_heard"])
        hearings.book_hearing(
            self.appeal.number, self.hearing_slot.reference, by=SYSTEM, at=self.at
        )
        self.appeal.refresh_from_db()
        self._field_command()
        kept = self._stored()
        self.proof = CureProof.objects.create(
            citation=Citation.objects.get(number=self.citation),
            proof=MARK,
            name=MARK,
            filed_at=self.at,
            shown=kept["shown"],
            original=kept["original"],
        )
        tallying.count_proof(self.proof)
        self.document = PermitDocument.objects.create(
            permit=Permit.objects.get(number=self.permit),
            name=MARK,
            form="picture",
            file=self._stored()["shown"],
            size_bytes=1,
            sent_at=self.at,
        )
        self.post("/plate-checks", {"plate": PLATES[0], "zone": "LOT-A"}, 200)
        self.check = PlateCheck.objects.get()
        looking = Actor("staff", str(self.officer.pk), self.officer.name)
        self.look = looks.look_at_history(
            PLATES[0], reason="appeal", words=MARK, by=looking, at=self.at
        )
        self.hotlist = self.post("/hotlist", {"plate": PLATES[2], "kind": "stolen", "note": MARK})[
            "id"
        ]
        lines = io.StringIO()
        csv.writer(lines).writerows(
            [["when", "what", "fine", "plate", "where"]]
            + [["2025-05-05 10:00", "OLD", "25", "QUAHOG9", f"{MARK} Street"]]
        )
        self.batch = imports.import_citations(
            io.BytesIO(lines.getvalue().encode()),
            name=f"{MARK}.csv",
            mapping=mappings.load(MAPPING.encode()),
            told=lambda: None,
            refused=lambda refusal: None,
            by=SYSTEM,
            at=self.at,
        ).batch

        self.roster = permits.bring_roster(
            "people.csv",
            f"id,email,name,audiences\nQ1,q@quahog.example,{MARK},STAFF\n".encode(),
            is_complete=False,
            by=SYSTEM,
            at=self.at,
        )

        self.hold = CitationHold.objects.create(
            citation=Citation.objects.get(number=self.citation),
            kind=CitationHold.Kind.RIGHT_EXISTED,
            because=f"{MARK} had paid.",
            raised_at=self.at,
        )
        self._camera()
        self._boot()
        self._escalation()

    def _escalation(self) -> None:
        """A citation with a collector, its letter in a batch, and one whose owner is looked up."""
        start = self.at - timedelta(days=70)
        old, asked = (
            citations.issue_citation(
                Draft(uuid4(), plate, "", "LOT-A", "NO-PERMIT", start), by=SYSTEM, at=self.at
            ).citation
            for plate in ("QUAHOG7", "QUAHOG8")
        )
        owners.name_owner(old.number, name=MARK, address=f"{MARK} St", by=SYSTEM, at=self.at)
        self.letters = letters.make_letter_batch(by=SYSTEM, at=self.at)
        self.hand_over = hand_overs.hand_over("collections", by=SYSTEM, at=self.at)
        self.owner_batch = owners.make_owner_batch([asked.number], by=SYSTEM, at=self.at)

    def _boot(self) -> None:
        """A vehicle that is booted, with a picture."""
        start = self.at - timedelta(days=40)
        for day in range(3):
            draft = Draft(uuid4(), PLATES[2], "", "LOT-A", "NO-PERMIT", start + timedelta(days=day))
            citations.issue_citation(draft, by=SYSTEM, at=self.at)
        boots.leave_notice(plate=PLATES[2], by=SYSTEM, at=self.at - timedelta(days=20))
        self.boot = boots.boot_vehicle(plate=PLATES[2], files=[picture()], by=SYSTEM, at=self.at)

    def _field_command(self) -> None:
        """A call with its picture, an incident, and a beat."""
        told = calls.Told("blocked_driveway", text=MARK, place=MARK, plate=PLATES[2], caller=MARK)
        self.call = calls.take_call(told, files=[picture()], by=PUBLIC, at=self.at)
        self.call_picture = self.call.pictures.get()
        self.incident = calls.record_incident(
            calls.Happened("damage", MARK, self.at), by=SYSTEM, at=self.at
        )
        self.beat = beats.save_beat(name=MARK, zones=["LOT-A"], by=SYSTEM, at=self.at)

    def _camera(self) -> None:
        """A camera, and a read of it that waits for a person."""
        self.camera = cameras.add_camera(
            name=MARK, vendor="rekor", zone="LOT-A", by=SYSTEM, at=self.at
        ).camera
        seen = Read(PLATES[1], self.at, 0.6, picture=picture(), device=MARK)
        cameras.take_in(self.camera.pk, [seen], digest=MARK, at=self.at)
        self.plate_read = self.camera.reads.get()

    def _photo(self) -> CitationPhoto:
        answer = self.api.post(
            f"/api/v1/citations/{self.citation}/photos",
            {"photo": io.BytesIO(picture())},
        )
        assert answer.status_code == 201, answer.content
        return CitationPhoto.objects.get()

    def _stored(self) -> dict[str, Any]:
        names = {field.name for field in AppealPicture._meta.fields}
        names &= {field.name for field in CitationPhoto._meta.fields}
        names -= {"id", "reference", "citation", "appeal"}
        return {name: getattr(self.citation_photo, name) for name in names}

    def _pay(self, charge: str) -> str:
        paid = self.post("/payments", {"charges": [charge], "method": "cash", "payer": MARK})
        return paid["number"]

    def _money(self) -> None:
        self.open_link = links.pay_path([self.charge]).strip("/").rpartition("/")[2]
        self.payment = self._pay(self.charge)
        paid = Payment.objects.get(number=self.payment)
        self.receipt = links.receipt_path(paid).strip("/").rpartition("/")[2]
        self.checkout = signing.sign(str(paid.public_id), purpose="checkout")
        refund = {"amount": "10.00", "reason": MARK}
        self.post(f"/payments/{self.payment}/refunds", refund)
        self.refund = Refund.objects.get().number
        self._plan()
        self._tenders()
        self._coupon()
        self.drawer: Drawer = payments.open_drawer(
            name=MARK, float_=Money(5000, "USD"), by=SYSTEM, at=self.at
        )

        self.deposit = self._deposit()
        self._invoice()
        self.difference = Discrepancy.objects.create(
            subject=MARK,
            kind="charge_unknown",
            text=MARK,
            theirs_minor=500,
            act="book",
            happened_at=self.at,
            found_at=self.at,
        )
        money_tallying.count_difference(self.difference)

    def _deposit(self) -> str:
        drawer = payments.open_drawer(
            name=MARK, float_=Money(0, "USD"), by=Actor("staff", "900", MARK), at=self.at
        )
        told = {"counted": Money(500, "USD"), "by": SYSTEM, "at": self.at}
        payments.close_drawer(drawer.public_id, **told)
        payments.explain_drawer(
            drawer.public_id, reason=MARK, by=Actor("staff", "900", MARK), at=self.at
        )
        payments.sign_drawer(drawer.public_id, by=Actor("staff", "901", MARK), at=self.at)
        return payments.make_deposit(drawers=[drawer.pk], bag=MARK, **told).number

    def _tenders(self) -> None:
        """A gift certificate, a drive, and a payment that a bank wants back."""
        self.dispute = Dispute.objects.create(
            provider_id="du_of_harbor",
            payment=Payment.objects.get(number=self.payment),
            status=Dispute.Status.NEEDS_RESPONSE,
            amount_minor=100,
            reason=MARK,
            opened_at=self.at,
        )
        money_tallying.count_dispute(self.dispute)
        told = {"by": SYSTEM, "at": self.at}
        self.terminal_batch = TerminalBatch.objects.create(
            number="TB-2026-00001-0",
            expected_minor=500,
            total_minor=600,
            reason=MARK,
            closed_at=self.at,
            closed_by=MARK,
        ).number
        self.certificate = gifts.give_gift(amount=Money(500, "USD"), reason=MARK, **told)
        self.drive = drives.make_drive(
            code="CANS",
            name=MARK,
            piece="can",
            worth=Money(100, "USD"),
            most=None,
            kinds=["citation"],
            first_on=self.at.date(),
            last_on=self.at.date(),
            **told,
        )

    def _coupon(self) -> None:
        """A coupon for permits."""
        self.coupon = permits.make_coupon(
            code="HARBORED",
            name=MARK,
            percent=Decimal(10),
            first_on=self.at.date(),
            by=SYSTEM,
            at=self.at,
        )

    def _plan(self) -> None:
        """What somebody asked to pay in instalments, with a document."""
        charge = payments.raise_charge(
            kind="fee",
            reference="PLANNED",
            text=MARK,
            net=Money(4000, "USD"),
            tax=Money(0, "USD"),
            customer_id=self.customer.pk,
            plate_key="",
            due_on=None,
            revenue=FEE_REVENUE,
            by=SYSTEM,
            at=self.at,
        )
        self.plan = plans.ask_plan(
            customer=self.customer,
            scheme="INCOME",
            charge_ids=[charge.public_id],
            count=4,
            documents=[plans.Paper("Proof of income", MARK, b"%PDF-1.7 %%EOF")],
            by=SYSTEM,
            at=self.at,
        )

    def _invoice(self) -> None:
        told: dict[str, Any] = {"by": SYSTEM, "at": self.at}
        self.payer = payments.open_payer(
            kind="department", name=MARK, email="payer@harbor.example", **told
        )
        for number in ("1", "2"):
            fee = payments.raise_charge(
                kind="fee",
                reference=f"FEE-{number}",
                text=MARK,
                net=Money(1000, "USD"),
                tax=Money(0, "USD"),
                customer_id=self.customer.pk,
                plate_key="",
                due_on=None,
                revenue=FEE_REVENUE,
                **told,
            )
            payments.put_on_account([fee.public_id], payer=self.payer.public_id, **told)
            if number == "1":
                self.invoice = payments.make_invoice(self.payer.public_id, **told)
        payments.import_statement(camt(Entry(party=MARK)), name=MARK, **told)
        self.bank_line: BankLine = BankLine.objects.get()
        asked = {"amount": Money(1, "USD"), "reason": "other", "text": MARK, **told}
        self.adjustment = payments.adjust_charge(fee.public_id, kind="credit", **asked)
        payments.agree_to_charges(self.customer.pk, kind="payroll", number=MARK, **told)
        sent = payments.raise_charge(
            kind="fee",
            reference="FEE-3",
            text=MARK,
            net=Money(1000, "USD"),
            tax=Money(0, "USD"),
            customer_id=self.customer.pk,
            plate_key="",
            due_on=None,
            revenue=FEE_REVENUE,
            **told,
        )
        self.charge_file = payments.make_batch("payroll", [sent.public_id], **told).number
        self.invoice_link = links.invoice_path(self.invoice).strip("/").rpartition("/")[2]
        self.account_link = links.account_path(self.payer).strip("/").rpartition("/")[2]

    def _rest(self) -> None:
        on = self.at.date()
        self.export = payments.export_journal(on - timedelta(days=90), on, by=SYSTEM, at=self.at)
        self.verify = signing.sign(self.permit, purpose=VERIFY)
        self.bulk = permits.ask_bulk(
            "cancel",
            permit_ids=Permit.objects.values_list("pk", flat=True),
            reason=MARK,
            by=SYSTEM,
            at=self.at,
        )
        self.page_key = page_key(Permit.objects.get(number=self.permit))
        self.run: ReportRun = reports.ask_report(
            "revenue", {}, file_format="csv", by=SYSTEM, at=self.at
        )
        self.job = Job.objects.order_by("-pk").first()
        jobs.work(self.job.pk)
        may_run = list(accounts_of.who_may(Permission.REPORT_RUN))
        # The accountant, if there is one: an administrator opens what is shared all the same.
        owner = next((one for one in may_run if Role.ACCOUNTANT in one.roles), may_run[0])
        self.saved = filters.save_filter(
            "revenue",
            {"period": "last-month"},
            name=f"{MARK} filter",
            file_format="csv",
            is_shared=True,
            owner=owner,
            at=self.at,
        )
        plan = Plan(Rhythm(Every.DAY, 420), ["csv"], [owner.pk])
        self.schedule = schedules.make_schedule(self.saved.reference, plan, by=owner, at=self.at)
        schedules.run_due_schedules(at=self.schedule.next_due_at + timedelta(minutes=5))
        figures.change_opening(
            opens_data=True,
            opens_spaces=True,
            license_code="CC0-1.0",
            framed_by=[],
            by=SYSTEM,
            at=self.at,
        )
        figures.refresh_open_figures(at=self.at)
        self.calendar = calendars.make_calendar_link(self.customer.pk, by=SYSTEM, at=self.at)
        self.replay = replays.ask_replay(
            load.load_document(queries.document(1)), months=1, name=MARK, by=SYSTEM, at=self.at
        )
        jobs.work(self.replay.job_id)
        self.question = questions.keep_question(
            {"view": "citations", "columns": ["citation", "plate"]},
            name=MARK,
            is_shared=True,
            may=lambda _: True,
            by=Actor("staff", str(owner.pk), owner.name),
            at=self.at,
        )
        schedules.schedule_question(self.question.reference, plan, by=owner, at=self.at)
        self.declaration = programme.declare_event(
            "snow-emergency", begins_at=self.at, ends_at=None, by=SYSTEM, at=self.at
        )
        self.draft = programme.start_draft(by=SYSTEM, at=self.at)
        self.message = Message.objects.order_by("pk").first()
        self.given_up = OutboxEntry.objects.order_by("pk").first()
        OutboxEntry.objects.filter(pk=self.given_up.pk).update(state=OutboxEntry.State.DEAD)
        count_given_up(self.given_up.state, OutboxEntry.State.DEAD)

    def _on_the_dashboard(self) -> None:
        """A limit of a figure, and a screen on a wall."""
        by = Actor("staff", str(self.officer.pk), self.officer.name)
        self.limit = limits.set_limit(
            figure="jobs",
            direction="over",
            amount=0,
            tone="bad",
            for_all=True,
            by_mail=False,
            user=self.officer,
            by=by,
            at=self.at,
        )
        self.screen = walls.set_up_screen(
            name=f"{MARK} hall", pieces=["occupied", "map"], theme="dark", by=by, at=self.at
        )

    def _carpool(self, wish: dict) -> None:
        pool = self.post("/permits", {**wish, "permit_type": "CARPOOL", "vehicles": []})
        self.shared = pool["number"]
        member = permits.invite_to_carpool(
            self.shared, email="member@customer.example", by=SYSTEM, at=self.at
        )
        self.member = member
        self.invitation = join_path(member).rstrip("/").rpartition("/")[2]

    def unguessable(self) -> list[str]:
        """Return texts that stand on harbor's pages only."""
        return [MARK, *PLATES, str(self.customer.reference), self.customer.email]

    def named_in(self, route: str) -> list[tuple[str, Any]]:
        """Return what the kwargs of an address mean, as (kwarg pattern, value): the first that fits."""
        return [(name, value) for where, name, value in self._names if re.match(where, route)]

    @functools.cached_property
    def _names(self) -> list[tuple[str, str, Any]]:
        return [
            (r"permits/verify/", "token", self.verify),
            (r"permits/line/", "token", self.place),
            (r"(permits|office)/draws/", "reference", self.draw.reference),
            (r"permits/(room|lottery)/", "code", "MONTH"),
            (r"permits/.*guests/", "number", self.link.permit.number),
            (r"permits/.*guests/", "reference", self.link.reference),
            (r"(api/v1/)?permits/.*carpool/", "number", self.shared),
            (r"carpool/", "token", self.invitation),
            (r"visit/pass/", "token", self.guest_pass),
            (r"visit/", "code", self.link.code),
            (r"permits/gift/", "token", self.gift),
            (r"permits/waitlist/offer/", "token", self.offer),
            (r"permits/(buy|waitlist)/", "code", "MONTH"),
            (r"(office/waitlists|api/v1/waitlist)/", "reference", self.wait),
            (r".*permits/.*documents/", "reference", self.document.reference),
            (r".*/temporary(-vehicles)?/", "reference", uuid4()),
            (r"scim/v2/Users/", "reference", self.customer.reference),
            (r"scim/v2/Groups/", "code", "STAFF"),
            (r"office/rosters/", "reference", self.roster.reference),
            (r"office/hangtags/found/", "reference", uuid4()),
            (r"office/hangtags/", "code", "RESIDENT"),
            (r"(office/plates|api/v1/vehicles)/", "plate", PLATES[0]),
            (r"office/permits/bulk/", "reference", self.bulk.reference),
            (r"api/v1/permits/.*carpool/", "member", self.member.reference),
            (r"(office/|api/v1/)?permits/", "number", self.permit),
            (r"office/citations/proofs/", "reference", self.proof.reference),
            (r".*citations/.*photos/", "reference", self.citation_photo.reference),
            (r"(office/|field/|api/v1/)?citations/", "number", self.citation),
            (r"(office/citation-numbers|api/v1/numbers)/", "number", self.allotted),
            (r"office/chargebacks/", "provider_id", self.dispute.provider_id),
            (r"office/coupons/", "reference", self.coupon.reference),
            (r"office/gift-certificates/", "number", self.certificate.number),
            (r"office/drives/", "code", self.drive.code),
            (r"office/plans/", "reference", self.plan.documents.get().reference),
            (r"(office|api/v1)/plans/", "number", self.plan.number),
            (r"plans/", "public_id", self.plan.public_id),
            (r"pay/receipts/", "token", self.receipt),
            (r"pay/(return|cancelled)/", "token", self.checkout),
            (r"pay/", "token", self.open_link),
            (r"my/vehicles/", "reference", self.vehicle.reference),
            (r"office/escalation/letters/", "number", self.letters.number),
            (r"office/escalation/hand-overs/", "number", self.hand_over.number),
            (r"office/escalation/owners/", "number", self.owner_batch.number),
            (r"office/escalation/citations/", "number", self.citation),
            (r"office/boots/", "reference", self.boot.photos.get().reference),
            (r"(office|field)/boots/", "number", self.boot.number),
            (r"boots/", "token", boot_path(self.boot).rstrip("/").rpartition("/")[2]),
            (r"field/checks/", "reference", self.check.reference),
            (r"calendar/", "token", self.calendar),
            (r"open-data/", "code", "citations-by-zone"),
            (r"office/reports/saved/", "reference", self.saved.reference),
            (
                r"(office/reports/schedules|api/v1/report-schedules)/",
                "reference",
                self.schedule.reference,
            ),
            (r"(office/reports|api/v1/report-runs)/", "reference", self.run.reference),
            (r"office/desks/", "code", "today"),
            (r"office/limits/", "reference", self.limit.reference),
            (r"office/wall/", "reference", self.screen.reference),
            (r"wall/", "token", signing.sign_name(str(self.screen.reference), purpose=WALL)),
            (r"office/reports/", "code", "revenue"),
            (r"office/insights/", "code", "occupancy"),
            (r"(office/questions|api/v1/report-questions)/", "reference", self.question.reference),
            (r"reports/", "number", self.run.number),
            (r"office/program/oversell/", "code", "STAFF-YEAR"),
            (r"(office/program|api/v1)/replays/", "reference", self.replay.reference),
            (r"office/conflicts/", "hold_id", self.hold.pk),
            (r"office/plate-checks/", "reference", self.check.reference),
            (r"office/plate-looks/", "reference", self.look.reference),
            (r"(office/)?appeals/.*pictures/", "reference", self.appeal_picture.reference),
            (r"(office/)?appeals/.*documents/", "reference", self.appeal_document.reference),
            (r"office/appeals/against/", "number", self.citation),
            (r"office/hearings/", "reference", self.hearing_slot.reference),
            (
                r"(office/dispatch|field)/calls/.*pictures/",
                "reference",
                self.call_picture.reference,
            ),
            (r"(office/dispatch|field|api/v1)/calls/", "number", self.call.number),
            (r"office/dispatch/incidents/", "number", self.incident.number),
            (r"office/dispatch/beats/", "reference", self.beat.reference),
            (r"report/.*pictures/", "reference", self.call_picture.reference),
            (r"report/", "token", signing.sign_name(self.call.number, purpose=CALL)),
            (r"appeals/", "token", signing.sign_name(self.appeal.number, purpose=FOLLOW)),
            (r"(office|api/v1)/appeals/", "number", self.appeal.number),
            (r"office/imports/", "batch", self.batch),
            (r"office/reconciliation/", "difference_id", self.difference.public_id),
            (r"office/counter/deposits/", "number", self.deposit),
            (r"office/counter/terminal/", "number", self.terminal_batch),
            (r".*drawers/", "drawer_id", self.drawer.public_id),
            (r"office/payments/refunds/", "number", self.refund),
            (r"office/invoices/", "number", self.invoice.number),
            (r"office/payers/", "payer_id", self.payer.public_id),
            (r"office/charges/", "adjustment_id", self.adjustment.public_id),
            (r"office/charges/", "charge_id", self.charge),
            (r"office/charge-files/", "number", self.charge_file),
            (r"office/bank/", "line_id", self.bank_line.public_id),
            (r"office/statements/", "customer_id", self.customer.reference),
            (r"invoices/account/", "token", self.account_link),
            (r"invoices/", "token", self.invoice_link),
            (r"(office/counter|office/payments|api/v1/payments)/", "number", self.payment),
            (r"office/ledger/|api/v1/accounts/", "code", "1000"),
            (r"(office|api/v1)/ledger/exports/", "number", self.export.number),
            (r"office/ledger/exports/", "ending", "csv"),
            (r"office/ledger/", "charge_id", self.charge),
            (r"office/ledger/", "month", "2026-10"),
            (r"office/ledger/", "transaction_id", LedgerTransaction.objects.first().pk),
            (r"(office|api/v1)/customers/", "reference", self.customer.reference),
            (r"(office|api/v1)/customers/", "vehicle", self.vehicle.reference),
            (r"office/program/versions/", "number", 1),
            (r"office/program/draft/<str:part>/$", "part", "sessions"),
            (r"office/program/draft/zones/", "code", "LOT-A"),
            (r"office/program/draft/", "part", "permit_types"),
            (r"office/program/draft/", "code", "MONTH"),
            (r"office/program/events/", "declaration", self.declaration.pk),
            (r"office/staff/", "user_id", self.officer.pk),
            (r"office/tokens/", "token_id", self.token.pk),
            (r"office/jobs/given-up/", "entry_id", self.given_up.pk),
            (r"office/jobs/", "job_id", self.job.pk),
            (r"mailbox/", "reference", self.message.reference),
            (r"account/welcome/", "text", self.welcome),
            (r"api/v1/lpr/", "vendor", "rekor"),
            (r"office/cameras/", "reference", self.camera.reference),
            (r"(office/plate-reads|field/hits)/", "reference", self.plate_read.reference),
            (r"api/v1/zones/", "code", "LOT-A"),
            (r"api/v1/events/", "code", "snow-emergency"),
            (r"(office|api/v1)/sessions/", "number", self.session),
            (r"office/sessions/zones/|park/", "code", "METER"),
            (r"event/", "code", self.event_pass.code),
            (r"office/visitor-events/", "reference", self.event.reference),
            (r"(office/departments|validate)/", "reference", self.department.reference),
            (r"parking/", "token", signing.sign_name(self.session, purpose=STAY)),
            (r"api/v1/passes/", "reference", self.visit),
            (r"api/v1/hotlist/", "reference", self.hotlist),
        ]


def addresses(patterns=None, where: str = "") -> Iterator[str]:
    """Yield every route of a tenant's site, such as `office/permits/<str:number>/`."""
    if patterns is None:
        patterns = get_resolver("parkops.urls").url_patterns
    for entry in patterns:
        there = where + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from addresses(entry.url_patterns, there)
        elif isinstance(entry, URLPattern):
            yield there


KWARG = re.compile(r"<(?:\w+:)?(\w+)>")


def filled(route: str, things: Things) -> str:
    """Return the path of `route` with harbor's own names in it.

    :raises KeyError: for an address whose kwargs no thing here has: it needs a line above.
    """
    known: dict[str, Any] = {}
    for name, value in things.named_in(route):
        known.setdefault(name, value)
    return "/" + KWARG.sub(lambda found: str(known[found[1]]), route)

"""People and audiences from the institution: files read, compared, applied, and what follows."""

import os
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from parkops.audit.models import AuditEvent
from parkops.customers import operations as customers
from parkops.customers.models import Customer
from parkops.jobs import operations as jobs
from parkops.jobs.models import Job
from parkops.kernel.actors import SYSTEM
from parkops.kernel.decisions import Conflict, Refused
from parkops.messaging.models import Message
from permits import operations
from permits.models import EligibilityLoss, Roster
from permits.operations import drop
from permits.rules.roster import guard, lines_of, safe_cell

DAY = timedelta(days=1)
CODES = ["STAFF", "STUDENT"]
HEAD = "id,email,name,audiences\n"


def lines(content, codes=CODES):
    return list(
        lines_of(content if isinstance(content, bytes) else content.encode(), audiences=codes)
    )


class TestReading:
    @pytest.mark.parametrize(
        "content",
        [
            "id,email,name,audiences\n7,ana@x.org,Anä,STAFF\n".encode(),
            "\ufeffID;E-mail;Full name;Groups\r\n7;ana@x.org;Anä;staff\r\n".encode(),
            "id;email;name;role\n7;ana@x.org;Anä;staff\n".encode("latin-1"),
            "id\temail\tname\taudiences\n7\tana@x.org\tAnä\tSTAFF\n".encode("utf-16"),
            '\n\nid|email|name|audience\n7|ana@x.org|"Anä"|Staff\n'.encode(),
        ],
    )
    def test_of_every_maker_is_understood(self, content):
        (line,) = lines(content)
        found = (line.external_id, line.email, line.name, line.audiences, line.message)
        assert found == ("7", "ana@x.org", "Anä", ("STAFF",), "")

    @pytest.mark.parametrize(
        ("row", "field", "told"),
        [
            (",a@x.org,A,STAFF", "external_id", "write the person's id"),
            ("7,a at x,A,STAFF", "email", "such as ana@x.org"),
            ("7,a@x.org,A,STUFF", "audiences", "it has STAFF, STUDENT"),
            ("7,a@x.org," + "A" * 400 + ",STAFF", "name", "at most 300"),
            ("7", "email", "such as"),
            ("7,a@x.org," + "A" * 1_000_000 + ",STAFF", "line", "cannot be read"),
        ],
    )
    def test_a_fault_names_its_line_and_field_and_what_is_right(self, row, field, told):
        first, second = lines(HEAD + f"{row}\n8,b@x.org,B,\n")
        assert (first.line, first.field) == (2, field)
        assert told in first.message
        assert second.message == ""

    def test_two_lines_of_one_person_say_which_was_first(self):
        found = lines(HEAD + "7,a@x.org,A,STAFF\n7,b@x.org,B,STAFF\n8,A@X.org,C,STAFF\n")
        assert [line.field for line in found] == ["", "external_id", "email"]
        assert found[1].message.startswith("Line 2")

    @pytest.mark.parametrize("head", ["name,email\n", "id,audiences\n", ""])
    def test_a_file_without_the_columns_says_which(self, head):
        with pytest.raises(Refused, match="names no column"):
            lines(head + "1,2,3\n")

    @given(st.binary(max_size=300))
    def test_no_file_breaks_it(self, content):
        assert all(line.line > 1 for line in lines(HEAD.encode() + content))

    @pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx"])
    def test_no_cell_is_a_formula(self, text):
        assert safe_cell(text) == f"'{text}"

    @pytest.mark.parametrize(
        ("lost", "had", "confirmed", "code"),
        [
            (2, 10, None, ""),
            (3, 3, None, ""),
            (8, 10, None, "mass_loss"),
            (8, 10, 7, "mass_loss"),
            (8, 10, 8, ""),
            (0, 0, None, ""),
        ],
    )
    def test_many_losses_are_confirmed_by_their_number(self, lost, had, confirmed, code):
        losses = {"STAFF": (lost, had)}
        assert guard(losses, most=Decimal("0.2"), confirmed=confirmed).code == code


def read(content, at, *, is_complete=True, **more):
    roster = operations.bring_roster(
        "people.csv",
        content if isinstance(content, bytes) else content.encode(),
        is_complete=is_complete,
        by=SYSTEM,
        at=at,
        **more,
    )
    work()
    roster.refresh_from_db()
    return roster


def work():
    """Do the jobs that wait."""
    while job := Job.objects.filter(state=Job.State.QUEUED).order_by("pk").first():
        jobs.work(job.pk)
        job.refresh_from_db()
        assert job.state == Job.State.DONE, job.error


def apply(roster, at, **more):
    operations.apply_roster(roster.reference, by=SYSTEM, at=at, **more)
    work()
    roster.refresh_from_db()
    return roster


@pytest.fixture
def now(harbor):
    return timezone.now()


@pytest.fixture
def known(harbor, now):
    """Add a customer whom the institution knows."""

    def add(ident: str, *audiences: str) -> Customer:
        return customers.register_customer(
            email=f"{ident}@x.org",
            name=ident,
            audiences=audiences,
            external_id=ident,
            by=SYSTEM,
            at=now,
        )

    return add


def kinds(roster):
    return {row.external_id: row.kind for row in roster.rows.all()}


@pytest.mark.django_db
class TestComparing:
    def test_every_kind_of_difference_is_told_and_nothing_changes(self, known, now):
        for ident in ("same", "grown", "gone", "moved", "other", "doubted"):
            known(ident, "STAFF")
        customers.register_customer(email="lone@x.org", by=SYSTEM, at=now)
        body = (
            "same,same@x.org,same,STAFF\ngrown,grown@x.org,grown,STAFF STUDENT\n"
            "moved,new@x.org,moved,STAFF\nother,same2@x.org,other,STAFF\n"
            "lone,lone@x.org,Lone,STUDENT\nfresh,fresh@x.org,Fresh,STUDENT\n"
            "thief,doubted@x.org,Thief,STAFF\nbad,bad,Bad,STAFF\n"
        )
        roster = read(HEAD + body, now)
        assert roster.state == Roster.State.READ
        assert kinds(roster) == {
            "same": "same",
            "grown": "changed",
            "gone": "gone",
            "moved": "changed",
            "other": "changed",
            "lone": "changed",
            "fresh": "new",
            "thief": "conflict",
            "bad": "fault",
        }
        assert roster.losses == {"STAFF": [1, 6]}  # who is in a conflict is not gone
        assert not Customer.objects.filter(external_id="fresh").exists()
        assert (
            "audiences STAFF become STAFF, STUDENT" in roster.rows.get(external_id="grown").message
        )

    def test_applied_it_is_so_and_twice_is_once(self, known, now):
        known("grown", "STAFF")
        known("gone", "STAFF")
        customers.register_customer(email="lone@x.org", by=SYSTEM, at=now)
        content = (
            HEAD + "grown,grown2@x.org,,STUDENT\nlone,LONE@x.org,Lone,STAFF\nn,n@x.org,N,STAFF\n"
        )
        roster = read(content, now)
        for _ in range(2):
            apply(roster, now)
        assert roster.state == Roster.State.APPLIED
        people = {p.external_id: (p.email, p.audiences) for p in Customer.objects.all()}
        assert people == {
            "grown": ("grown2@x.org", ["STUDENT"]),
            "gone": ("gone@x.org", []),
            "lone": ("lone@x.org", ["STAFF"]),
            "n": ("n@x.org", ["STAFF"]),
        }
        assert AuditEvent.objects.filter(event="roster.applied").count() == 1
        assert set(kinds(read(content, now)).values()) == {"same"}

    def test_without_being_complete_nobody_is_gone(self, known, now):
        known("gone", "STAFF")
        assert read(HEAD + "n,n@x.org,N,STAFF\n", now, is_complete=False).losses == {}

    def test_who_signs_in_keeps_the_address(self, dana, now):
        me = customers.customer_for_user(dana, at=now)
        customers.change_customer(me.pk, changes={"external_id": "d"}, by=SYSTEM, at=now)
        apply(read(HEAD + "d,dana@new.org,Dana,STAFF\n", now), now)
        me.refresh_from_db()
        assert (me.email, me.audiences) == ("dana@customer.example", ["STAFF"])

    def test_many_losses_need_their_number(self, known, now):
        for n in range(6):
            known(f"s{n}", "STAFF")
        roster = read(HEAD + "s0,s0@x.org,s0,STAFF\n", now)
        with pytest.raises(Refused, match=r"83 ?% of STAFF \(5 of 6\)\. Type 5"):
            operations.apply_roster(roster.reference, by=SYSTEM, at=now)
        apply(roster, now, confirmed=5)
        assert Customer.objects.filter(audiences=["STAFF"]).count() == 1

    def test_a_dropped_one_is_applied_no_more(self, known, now):
        roster = read(HEAD + "n,n@x.org,N,STAFF\n", now)
        operations.drop_roster(roster.reference, by=SYSTEM, at=now)
        with pytest.raises(Conflict):
            operations.apply_roster(roster.reference, by=SYSTEM, at=now)

    def test_a_file_that_is_no_roster_says_why(self, harbor, now):
        roster = read("a,b\n1,2\n", now)
        assert roster.state == Roster.State.REFUSED
        assert "names no column" in roster.message

    def test_five_times_the_people_in_a_batch_take_as_many_statements(self, harbor, now):
        def cost(first, count):
            body = "".join(f"p{n},p{n}@x.org,P,STAFF\n" for n in range(first, first + count))
            roster = read(HEAD + body, now, is_complete=False)
            with CaptureQueriesContext(connection) as asked:
                apply(roster, now)
            return len(asked)

        assert cost(0, 20) == cost(100, 100)


@pytest.mark.django_db
class TestConsequences:
    @pytest.fixture
    def holder(self, known, sell):
        person = known("ana", "STAFF")
        return person, sell(person, "STAFF-YEAR", "ANA 1", at=timezone.now())

    def lose(self, now):
        return apply(read(HEAD + "ana,ana@x.org,Ana,STUDENT\n", now, is_complete=False), now)

    def test_told_now_ended_after_the_grace_days_and_each_once(self, holder, now):
        _, permit = holder
        for _ in range(2):
            self.lose(now)
        loss = EligibilityLoss.objects.get()
        assert timedelta(days=13) < loss.ends_at - now < timedelta(days=15)
        assert operations.carry_out_losses(at=now) == (1, 0)
        assert operations.carry_out_losses(at=now) == (0, 0)
        assert permit.number in Message.objects.get(event="permit.no_longer_eligible").subject
        permit.refresh_from_db()
        assert permit.status_at(now + DAY) == "active"
        over = now + 15 * DAY
        assert operations.carry_out_losses(at=over) == (0, 1)
        assert operations.carry_out_losses(at=over) == (0, 0)
        permit.refresh_from_db()
        assert permit.status_at(over) == "cancelled"
        assert permit.cancel_reason == "The holder is no longer eligible."

    def test_eligible_again_before_then_nothing_ends(self, holder, now):
        _, permit = holder
        self.lose(now)
        apply(read(HEAD + "ana,ana@x.org,Ana,STAFF\n", now, is_complete=False), now)
        assert EligibilityLoss.objects.get().lifted_at is not None
        operations.carry_out_losses(at=now + 30 * DAY)
        permit.refresh_from_db()
        assert permit.cancelled_at is None
        assert AuditEvent.objects.filter(event="permit.eligible_again").count() == 1

    def test_eligible_again_by_other_ways_is_seen_at_the_end(self, holder, now):
        person, permit = holder
        self.lose(now)
        operations.carry_out_losses(at=now)
        customers.change_customer(person.pk, changes={"audiences": ["STAFF"]}, by=SYSTEM, at=now)
        assert operations.carry_out_losses(at=now + 15 * DAY) == (0, 0)
        permit.refresh_from_db()
        assert permit.cancelled_at is None

    def test_the_preview_names_the_permits_that_would_end(self, holder, now, site, alice):
        _, permit = holder
        roster = read(HEAD + "ana,ana@x.org,Ana,STUDENT\n", now, is_complete=False)
        page = site.login_as(alice).get(f"/office/rosters/{roster.reference}/").content.decode()
        assert permit.number in page
        assert "1 permit would end" in page
        assert not EligibilityLoss.objects.exists()


@pytest.mark.django_db
class TestDropFolder:
    @pytest.fixture
    def place(self, harbor, tmp_path, settings):
        settings.ROSTER_DROP_ROOT = str(tmp_path)
        folder = tmp_path / "harbor"
        folder.mkdir()
        return folder

    def put(self, place, name, text, now, age=60):
        path = place / name
        path.write_text(text)
        os.utime(path, (now.timestamp() - age, now.timestamp() - age))

    def test_a_file_is_taken_once_and_its_results_written(self, place, now):
        text = HEAD + "n,n@x.org,=cmd(),STAFF\n"
        self.put(place, "people.csv", text, now)
        assert drop.take_dropped_rosters(at=now) == 1
        work()
        assert drop.take_dropped_rosters(at=now) == 0
        assert Customer.objects.get(external_id="n").audiences == ["STAFF"]
        (result,) = (place / "results").glob("*applied.csv")
        assert "'=cmd()" in result.read_text()
        self.put(place, "again.csv", text, now)
        assert drop.take_dropped_rosters(at=now + DAY) == 1
        assert Roster.objects.count() == 1

    def test_a_file_that_still_grows_waits(self, place, now):
        self.put(place, "people.csv", HEAD, now, age=5)
        assert drop.take_dropped_rosters(at=now) == 0

    def test_faults_and_many_losses_wait_for_a_person(self, place, known, now):
        for n in range(6):
            known(f"s{n}", "STAFF")
        self.put(place, "full-list.csv", HEAD + "s0,s0@x.org,s0,STAFF\n", now)
        self.put(place, "part.csv", HEAD + "x,nothing,s0,STAFF\n", now)
        drop.take_dropped_rosters(at=now)
        work()
        assert set(Roster.objects.values_list("state", flat=True)) == {"read"}
        assert Customer.objects.filter(audiences=["STAFF"]).count() == 6

    def test_another_tenants_folder_is_not_read(self, place, tmp_path, now):
        other = tmp_path / "hillside"
        other.mkdir()
        self.put(other, "people.csv", HEAD + "n,n@x.org,N,STAFF\n", now)
        assert drop.take_dropped_rosters(at=now) == 0


@pytest.mark.django_db
class TestPages:
    def test_an_administrator_brings_looks_and_applies(self, site, alice, now):
        office = site.login_as(alice)
        assert office.get("/office/rosters/new/").status_code == 200
        assert office.post("/office/rosters/new/", {}).status_code == 422
        file = SimpleUploadedFile("p.csv", (HEAD + "n,n@x.org,N,STAFF\nb,b,B,STAFF\n").encode())
        answer = office.post("/office/rosters/new/", {"file": file})
        assert answer.status_code == 302
        assert "Work in progress" in office.get(answer.url).content.decode()
        work()
        page = office.get(answer.url).content.decode()
        assert "such as ana@x.org" in page
        roster = Roster.objects.get()
        assert office.post(f"{answer.url}application/").status_code == 302
        work()
        assert Customer.objects.filter(external_id="n").exists()
        assert roster.name in office.get("/office/rosters/").content.decode()
        results = office.get(f"{answer.url}results.csv").content.decode()
        assert "2,new,n,n@x.org" in results

    def test_a_clerk_may_not(self, site, clara):
        assert site.login_as(clara).get("/office/rosters/new/").status_code == 403

    def test_another_tenants_roster_is_nobodys(self, harbor, other_site, charlie, now):
        roster = read(HEAD + "n,n@x.org,N,STAFF\n", now)
        office = other_site.login_as(charlie)
        assert office.get(f"/office/rosters/{roster.reference}/").status_code == 404
        assert office.post(f"/office/rosters/{roster.reference}/application/").status_code == 404

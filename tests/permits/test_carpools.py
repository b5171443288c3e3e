"""Permits that several share: rules, acts, pages, and the end when too few are left."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction

from parkops.customers import operations as customers
from parkops.customers.models import Customer, Vehicle
from parkops.kernel.actors import PUBLIC, SYSTEM
from parkops.kernel.decisions import NotFound, Refused
from parkops.messaging.models import Message
from parkops.programme.permit_schema import Carpool as Rule
from payments import queries as charges
from permits import operations
from permits.models import CarpoolMember, Permit, PlateRight
from permits.queries import carpools
from permits.rules import carpools as rules
from permits.rules.plates import read_plates
from permits.rules.status import Status
from tests.permits.test_rules_prices import NEW_YORK, programme
from tests.seed import PROGRAMMES

DAY = timedelta(days=1)
RULE = Rule(least=3, most=4)
KIND = programme(
    {"base": "10.00"}, carpool={"least": 2, "most": 3}, vehicles={"max": 3, "on_site": 1}
).permit_type("P")
(BEN,) = read_plates(["BEN 1"])


class TestRules:
    @pytest.mark.parametrize(
        ("status", "email", "invited", "code"),
        [
            (Status.ACTIVE, "ben@x.test", [], ""),
            (Status.SCHEDULED, "ben@x.test", ["cleo@x.test"], ""),
            (Status.ACTIVE, "BEN@x.test", ["ben@x.test"], "already_invited"),
            (Status.ACTIVE, "Ana@x.test", [], "own_address"),
            (Status.ACTIVE, "dora@x.test", ["ben@x.test", "cleo@x.test"], "carpool_full"),
            (Status.CANCELLED, "ben@x.test", [], "carpool_over"),
            (Status.HELD, "ben@x.test", [], "carpool_over"),
        ],
    )
    def test_who_may_be_invited(self, status, email, invited, code):
        told = rules.may_invite(
            KIND, status=status, email=email, holder="ana@x.test", invited=invited
        )
        assert told.code == code

    @pytest.mark.parametrize(
        ("plates", "code"), [(0, ""), (2, ""), (3, "too_many_vehicles"), (9, "too_many_vehicles")]
    )
    def test_who_may_join(self, plates, code):
        assert rules.may_join(KIND, status=Status.ACTIVE, plates=plates).code == code

    @pytest.mark.parametrize(("members", "short"), [(0, True), (1, True), (2, False), (3, False)])
    def test_the_holder_counts(self, members, short):
        assert rules.is_short(RULE, members=members) is short

    def test_the_time_does_not_run_before_the_start(self, now):
        for start in (now - 9 * DAY, now + 9 * DAY):
            until = rules.deadline(RULE, fell_short_at=now, starts_at=start, zone=NEW_YORK)
            assert until == max(now, start) + 10 * DAY

    @pytest.mark.parametrize(
        ("more", "fault"),
        [
            ({"carpool": {"least": 1}}, "1 is too few"),
            ({"carpool": {"least": 4, "most": 3}}, "3 is less than least, 4"),
            ({"carpool": {}, "transferable": True}, "stays its holder's"),
            ({"carpool": {}, "renewal": {"opens": "9d"}}, "a carpool is not renewed"),
        ],
    )
    def test_faults_of_the_program(self, more, fault):
        with pytest.raises(ValueError, match=fault):
            programme({"base": "10.00"}, **more)


@pytest.mark.django_db
class TestActs:
    @pytest.fixture
    def pool(self, apply_programme, person, sell, now) -> Permit:
        """Ana's carpool of two to three people, paid, with nobody in it but herself."""
        text = (PROGRAMMES / "harbor.yaml").read_text()
        text = text.replace(
            "    vehicles: {max: 2, on_site: 1}\n    renewal: {opens: 10d}\n",
            "    vehicles: {max: 3, on_site: 1}\n    carpool: {least: 2, most: 3, mend: 10d}\n",
        )
        apply_programme(text, at=now - DAY)
        return sell(person("ana"), "MONTH", "ANA 1")

    def invite(self, permit, now, email="ben@example.test") -> CarpoolMember:
        return operations.invite_to_carpool(permit.number, email=email, by=SYSTEM, at=now)

    def join(self, member, now, plate=BEN, name="Ben") -> CarpoolMember:
        return operations.join_carpool(member.reference, name=name, plate=plate, by=PUBLIC, at=now)

    def test_a_new_one_is_told_until_when_it_must_be_complete(self, pool, now):
        told = Message.objects.get(event="permit.carpool_short")
        assert "at least 2 people" in told.text
        assert "20 Nov 2026" in told.text
        assert carpools.pool_of(pool).until == now + 10 * DAY

    def test_who_was_invited_joins_with_a_plate_and_counts(self, pool, now):
        member = self.invite(pool, now)
        invitation = Message.objects.get(event="permit.carpool_invited")
        assert invitation.to == "ben@example.test"
        assert "/carpool/" in invitation.text
        self.join(member, now)
        self.join(member, now)
        shown = carpools.pool_of(pool)
        assert (shown.people, shown.until) == (2, None)
        assert {row.plate_key for row in pool.plates.all()} == {"ANA1", "BEN1"}
        ben = Customer.objects.get(email="ben@example.test")
        assert Vehicle.objects.get(plate_key="BEN1").customer_id == ben.pk
        assert Message.objects.filter(event="permit.carpool_joined", to="ana@example.test").exists()
        assert [row.pk for row in carpools.shared_with(ben.pk)] == [member.pk]

    def test_a_known_customer_stays_who_they_are(self, pool, person, now):
        ben = person("ben", "STAFF")
        self.join(self.invite(pool, now, "BEN@example.test"), now, name="Somebody")
        ben.refresh_from_db()
        assert (ben.name, Customer.objects.count()) == ("Ben", 2)

    def test_leaving_takes_the_plate_off_and_starts_the_time(self, pool, now):
        member = self.join(self.invite(pool, now), now)
        operations.leave_carpool(member.reference, by=PUBLIC, at=now + DAY)
        operations.leave_carpool(member.reference, by=PUBLIC, at=now + 2 * DAY)
        right = PlateRight.objects.get(permit=pool, plate_key="BEN1")
        assert right.ends_at == now + DAY
        assert carpools.pool_of(pool).until == now + 11 * DAY
        assert Message.objects.filter(event="permit.carpool_short").count() == 2
        with pytest.raises(NotFound):
            self.join(member, now + DAY)

    def test_too_few_for_too_long_ends_it_with_what_is_unused(self, pool, now):
        member = self.invite(pool, now)
        assert operations.close_short_carpools(at=now + 10 * DAY - timedelta(minutes=1)) == 0
        assert operations.close_short_carpools(at=now + 10 * DAY) == 1
        assert operations.close_short_carpools(at=now + 11 * DAY) == 0
        pool.refresh_from_db()
        assert pool.status_at(now + 10 * DAY) is Status.CANCELLED
        assert "fewer than 2 people" in pool.cancel_reason
        assert charges.charge_of("permit", pool.number).amount.amount < "54.00"
        with pytest.raises((NotFound, Refused)):
            self.join(member, now + 11 * DAY)

    def test_who_shared_it_is_told_when_it_ends_before_its_time(self, pool, now):
        member = self.join(self.invite(pool, now), now)
        self.invite(pool, now, "cleo@example.test")
        operations.cancel_permit(pool.number, reason="Moved.", by=SYSTEM, at=now + DAY)
        told = Message.objects.get(event="permit.carpool_ended")
        assert (told.to, "too few" in told.text) == ("ben@example.test", False)
        assert "ended before its time" in told.text
        member.refresh_from_db()
        assert member.ended_at == now + DAY
        assert CarpoolMember.objects.filter(ended_at=None).count() == 0

    def test_a_day_of_its_end_to_come_ends_it_that_day(self, pool, now):
        self.join(self.invite(pool, now), now)
        operations.cancel_permit(
            pool.number, reason="Moved.", as_of=now + 5 * DAY, by=SYSTEM, at=now
        )
        assert carpools.pool_of(pool).people == 2
        operations.expire_permits(at=now + 5 * DAY)
        assert carpools.pool_of(pool).people == 1
        assert Message.objects.filter(event="permit.carpool_ended").count() == 1

    def test_enough_in_time_saves_it(self, pool, now):
        self.join(self.invite(pool, now), now + 9 * DAY)
        assert operations.close_short_carpools(at=now + 20 * DAY) == 0
        pool.refresh_from_db()
        assert pool.status_at(now + 20 * DAY) is Status.ACTIVE

    def test_the_holders_change_of_plates_leaves_the_members_alone(self, pool, now):
        self.join(self.invite(pool, now), now)
        wanted = read_plates(["ANA 2"])
        operations.change_vehicles(pool.number, wanted=wanted, by=SYSTEM, at=now + DAY)
        listed = pool.plates.filter(ends_at__gt=now + DAY)
        assert {row.plate_key for row in listed} == {"ANA2", "BEN1"}

    def test_the_database_keeps_an_address_once(self, pool, now):
        member = self.invite(pool, now)
        with pytest.raises(IntegrityError), transaction.atomic():
            CarpoolMember.objects.create(
                carpool=member.carpool, email="BEN@EXAMPLE.TEST", invited_at=now
            )

    def test_a_permit_that_nobody_shares_has_no_carpool(self, pool, person, sell, now):
        alone = sell(person("zoe"), "EVENING", "ZOE 1")
        assert carpools.pool_of(alone) is None
        with pytest.raises(NotFound):
            self.invite(alone, now)

    def test_the_pages_from_the_invitation_to_leaving(self, site, other_site, dana, pool, now):
        me = customers.customer_for_user(dana, at=now)
        Permit.objects.filter(pk=pool.pk).update(customer=me)
        path = f"/permits/{pool.number}/carpool/"
        assert site.get(path).status_code == 302
        site.login_as(dana)
        assert b"Too few people share it." in site.get(path).content
        wrong = site.post(path, {"email": "nobody", "act": "invite"})
        assert (wrong.status_code, b"such as ana@example.org" in wrong.content) == (422, True)
        assert site.post(path, {"email": "ben@example.test", "act": "invite"}).status_code == 302
        text = Message.objects.get(event="permit.carpool_invited").text
        link = re.search(r"/carpool/\S+", text)[0]
        site.logout()
        assert other_site.get(link).status_code == 404
        assert b"Share a parking permit" in site.get(link).content
        nothing = site.post(link, {"act": "join"})
        assert (nothing.status_code, b"Give your name." in nothing.content) == (422, True)
        done = site.post(link, {"name": "Ben", "plate": "BEN 1", "region": "", "act": "join"})
        assert done.status_code == 302
        assert b"You are in the carpool" in site.get(link).content
        assert site.get("/carpool/nonsense/").status_code == 404
        site.login_as(dana)
        assert b"BEN1" in site.get(path).content
        member = CarpoolMember.objects.get()
        assert site.post(path, {"act": f"end:{member.reference}"}).status_code == 302
        assert b"You are not in this carpool" in site.get(link).content

    def test_another_customer_and_another_tenant_see_nothing(
        self, site, dana, pool, other_site, charlie
    ):
        path = f"/permits/{pool.number}/carpool/"
        assert site.login_as(dana).get(path).status_code == 404
        assert other_site.login_as(charlie).get(path).status_code in (302, 403, 404)

    def test_the_office_sees_who_shares_it(self, site, clara, pool, now):
        self.join(self.invite(pool, now), now)
        page = site.login_as(clara).get(f"/office/permits/{pool.number}/").content.decode()
        assert "ben@example.test" in page
        assert "Carpool" in page


@pytest.mark.django_db
class TestApi:
    @pytest.fixture
    def shared(self, person, sell, apply_programme, now) -> Permit:
        text = (PROGRAMMES / "harbor.yaml").read_text()
        text = text.replace(
            "    vehicles: {max: 2, on_site: 1}\n    renewal: {opens: 10d}\n",
            "    vehicles: {max: 3, on_site: 1}\n    carpool: {least: 2, most: 3, mend: 10d}\n",
        )
        apply_programme(text, at=now - DAY)
        return sell(person("ana"), "MONTH", "ANA 1")

    def test_invites_shows_and_ends(self, site, token, shared, now):
        where = f"/api/v1/permits/{shared.number}/carpool"
        ask = {"content_type": "application/json", "headers": token("permits:write")}
        with time_machine.travel(now, tick=False):
            made = site.post(where, {"email": "ben@example.test"}, **ask)
            assert (made.status_code, made.json()["status"]) == (201, "invited")
            again = site.post(where, {"email": "ben@example.test"}, **ask)
            assert (again.status_code, again.json()["code"]) == (422, "already_invited")
            told = site.get(where, headers=token("permits:read")).json()
            assert (told["people"], told["least"], told["most"]) == (1, 2, 3)
            assert [row["email"] for row in told["members"]] == ["ben@example.test"]
            member = told["members"][0]["id"]
            assert site.delete(f"{where}/{member}", **ask).json()["status"] == "ended"
            assert site.get(where, headers=token("permits:read")).json()["members"] == []

    def test_what_is_no_carpool_has_none(self, site, token, person, sell, shared, now):
        other = sell(person("zoe"), "EVENING")
        headers = token("permits:write", "permits:read")
        assert (
            site.get(f"/api/v1/permits/{other.number}/carpool", headers=headers).status_code == 404
        )
        member = operations.invite_to_carpool(
            shared.number, email="ben@example.test", by=SYSTEM, at=now
        )
        path = f"/api/v1/permits/{other.number}/carpool/{member.reference}"
        assert site.delete(path, headers=headers).status_code == 404

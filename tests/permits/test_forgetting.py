"""Personal data goes when the program says, and the run says what went."""

from datetime import timedelta

import pytest

from parkops.audit.models import AuditEvent
from parkops.kernel.actors import SYSTEM
from parkops.messaging.models import Phone, TextMessage
from parkops.messaging.texts import operations as texts
from parkops.messaging.texts.providers import Inbound
from permits import operations
from permits.models import Draw, ParkingSession, StayOrder, Ticket
from permits.operations import forgetting
from permits.queries import draw_pages
from permits.rules import draws
from permits.rules.plates import read_plates
from tests.seed import PROGRAMMES

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
ANA, BEN = "+12025550101", "+12025550102"


@pytest.fixture
def kept_ten_days(apply_programme):
    text = (PROGRAMMES / "harbor.yaml").read_text()
    apply_programme(text + "retention: {texts: 10d, draws: 20d}\n")


def text_in(phone: str, words: str, at) -> None:
    texts.receive(Inbound(f"{phone}{at}", phone, "", words), at=at)


def recorded() -> list[dict]:
    rows = AuditEvent.objects.filter(event="retention.ran").order_by("pk")
    return [row.data["gone"] for row in rows]


class TestTexts:
    def test_go_after_their_time_with_phones_that_have_none(self, kept_ten_days, now):
        for phone in (ANA, BEN):
            text_in(phone, "HELP", now)
        text_in(BEN, "HELP", now + 5 * DAY)
        TextMessage.objects.update(state="kept")
        assert operations.forget_old(at=now + 10 * DAY)["texts"] == 0
        operations.forget_old(at=now + 11 * DAY)
        assert set(TextMessage.objects.values_list("phone__number", flat=True)) == {BEN}
        assert [phone.number for phone in Phone.objects.all()] == [BEN]
        text_in(ANA, "HELP", now + 12 * DAY)
        assert Phone.objects.filter(number=ANA).exists()

    def test_who_opted_out_stays_so(self, kept_ten_days, now):
        text_in(ANA, "STOP", now)
        TextMessage.objects.update(state="kept")
        operations.forget_old(at=now + 20 * DAY)
        assert not TextMessage.objects.exists()
        assert Phone.objects.get().stopped_at == now

    def test_what_waits_to_be_sent_is_kept(self, kept_ten_days, now):
        text_in(ANA, "HELP", now)
        operations.forget_old(at=now + 20 * DAY)
        assert TextMessage.objects.get().state == "waiting"

    def test_numbers_go_from_stays_and_the_stays_remain(self, kept_ten_days, now):
        [plate] = read_plates(["ABC 1"])
        operations.order_stay(
            plate=plate, zone_code="METER", minutes=60, phone=ANA, by=SYSTEM, at=now
        )
        ParkingSession.objects.create(
            number="S-1",
            zone_code="METER",
            plate_text="ABC 1",
            plate_key="ABC1",
            phone=ANA,
            programme_version=1,
            starts_at=now,
            ends_at=now + DAY,
            net_minor=0,
            tax_minor=0,
            sold_at=now,
        )
        operations.forget_old(at=now + 11 * DAY)
        operations.forget_old(at=now + 12 * DAY)
        assert (ParkingSession.objects.get().phone, StayOrder.objects.get().phone) == ("", "")
        assert [gone["numbers_on_stays"] for gone in recorded()] == [1, 1]


class TestDraws:
    def test_people_are_forgotten_and_the_draw_still_proves_itself(
        self, kept_ten_days, person, now
    ):
        seed = draws.new_seed()
        draw = Draw.objects.create(
            kind=Draw.Kind.ROOM,
            type_code="MONTH",
            type_key="month",
            opens_at=now - DAY,
            draws_at=now,
            seed=seed,
            commitment=draws.commitment_of(seed),
            drawn_at=now,
            last_number=2,
            created_at=now - DAY,
        )
        tickets = [Ticket(draw=draw, customer=person(name), came_at=now) for name in ("a", "b")]
        for place, ticket in enumerate(
            sorted(tickets, key=lambda one: draws.lot_of(seed, str(one.reference))), start=1
        ):
            ticket.drawn_as = ticket.number = place
            ticket.save()
        assert operations.forget_old(at=now + 19 * DAY)["people_in_draws"] == 0
        assert draw_pages.proof(draw)
        operations.forget_old(at=now + 21 * DAY)
        assert not Ticket.objects.filter(customer__isnull=False).exists()
        assert draw_pages.proof(draw)
        rows = draw_pages.entry_rows(list(draw_pages.entries(draw, at=now + 21 * DAY)))
        assert {row.outcome for row in rows} == {"Forgotten"}
        assert len(list(draw_pages.file_batches(draw, at=now + 21 * DAY))[1]) == 2


def test_a_run_says_what_went_even_nothing_and_goes_on_batch_by_batch(
    kept_ten_days, now, monkeypatch
):
    operations.forget_old(at=now)
    assert recorded() == [{"texts": 0, "phones": 0, "numbers_on_stays": 0, "people_in_draws": 0}]
    for n in range(5):
        text_in(ANA, "HELP", now + timedelta(seconds=n * 10))
    TextMessage.objects.update(state="kept")
    monkeypatch.setattr(forgetting, "BATCH", 2)
    total = operations.forget_old(at=now + 20 * DAY)
    assert (total["texts"], total["phones"]) == (10, 1)
    assert sum(gone["texts"] for gone in recorded()) == 10

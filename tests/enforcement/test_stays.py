"""How long a vehicle has stayed, as far as it was seen."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from enforcement.rules.stays import Sight, stay_in
from parkops.kernel.dates import Duration

TEN = datetime(2026, 6, 2, 10, 0, tzinfo=UTC)


def at(minutes: int) -> datetime:
    return TEN + timedelta(minutes=minutes)


def since(minutes: int, *sights: Sight, no_return: str = "") -> int | None:
    stay = stay_in(
        "MAIN",
        sights,
        at=at(minutes),
        max_stay=Duration.parse("2h"),
        no_return=Duration.parse(no_return) if no_return else None,
        zone=ZoneInfo("UTC"),
    )
    return None if stay is None else int((stay.since - TEN).total_seconds() // 60)


def seen(minutes: int, zone: str = "MAIN", valve: str = "") -> Sight:
    return Sight(zone, at(minutes), valve)


class TestStayIn:
    def test_nothing_seen_is_no_stay(self):
        assert since(10) is None
        assert since(10, seen(20)) is None
        assert since(10, seen(0, "OTHER")) is None

    def test_goes_on_while_it_is_seen(self):
        assert since(130, seen(0), seen(60), seen(110)) == 0
        assert since(400, seen(0, "main")) == 0

    def test_ends_when_seen_elsewhere(self):
        assert since(130, seen(0), seen(30, "OTHER")) is None
        assert since(130, seen(0), seen(30, "OTHER"), seen(60)) == 60

    def test_coming_back_too_soon_goes_on(self):
        away = (seen(0), seen(110), seen(115, "OTHER"))
        assert since(130, *away, no_return="30m") == 0
        assert since(140, *away, no_return="30m") is None
        assert since(141, *away, seen(139), no_return="30m") == 0
        assert since(141, *away, seen(140), no_return="30m") == 140

    def test_another_position_of_the_valve_is_a_return(self):
        assert since(60, seen(0, valve="3"), seen(50, valve="9")) == 50
        assert since(60, seen(0, valve="3"), seen(50, valve="3")) == 0
        assert since(60, seen(0, valve="3"), seen(50, valve="9"), no_return="1h") == 0

    def test_a_vehicle_unseen_for_a_day_beyond_its_limit_has_left(self):
        assert since(26 * 60, seen(0)) is None
        assert since(26 * 60 - 1, seen(0)) == 0

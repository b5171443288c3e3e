"""How long a vehicle has stayed, as far as it was seen."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from enforcement.rules.stays import Sight, Stay, meters, stay_in
from parkops.kernel.dates import Duration

TEN = datetime(2026, 6, 2, 10, 0, tzinfo=UTC)


def at(minutes: int) -> datetime:
    return TEN + timedelta(minutes=minutes)


# When and at which latitude: the second 111 meters from the first, the third 222.
POSITIONS = [(0, 42.0), (50, 42.001), (50, 42.002)]


def since(minutes: int, *sights: Sight, **more) -> int | None:
    stay = found(minutes, *sights, **more)
    return None if stay is None else int((stay.since - TEN).total_seconds() // 60)


def found(
    minutes: int,
    *sights: Sight,
    no_return: str = "",
    moved: int | None = None,
    by_day: bool = False,
) -> Stay | None:
    return stay_in(
        "MAIN",
        sights,
        at=at(minutes),
        max_stay=Duration.parse("2h"),
        no_return=Duration.parse(no_return) if no_return else None,
        zone=ZoneInfo("UTC"),
        moved=moved,
        by_day=by_day,
    )


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

    def test_c17_back_within_the_time_is_the_same_stay(self):
        """Two hours are allowed and half an hour of no return: seen until 11:50, and again."""
        here = (seen(0), seen(110))
        left = seen(111, "OTHER")
        assert since(130, *here, left, seen(130), no_return="30m") == 0
        assert since(141, *here, left, seen(141), no_return="30m") == 141

    def test_one_that_was_driven_farther_than_the_distance_begins_anew(self):
        # 0.001 degrees of latitude are 111 meters.
        first, near, far = (Sight("MAIN", at(m), "", lat, -71.0) for m, lat in POSITIONS)
        assert since(60, first, near, moved=150) == 0
        assert since(60, first, far, moved=150) == 50
        assert since(60, first, far) == 0
        assert since(60, first, seen(50), moved=150) == 0

    def test_a_degree_is_as_long_as_it_is(self):
        assert round(meters(42.0, -71.0, 42.001, -71.0)) == 111
        assert round(meters(60.0, 10.0, 60.0, 10.001)) == 56

    def test_one_wheel_that_turned_is_enough_and_one_not_read_tells_nothing(self):
        assert since(60, seen(0, valve="3/9"), seen(50, valve="3/9")) == 0
        assert since(60, seen(0, valve="3/9"), seen(50, valve="3/10")) == 50
        assert since(60, seen(0, valve="3/9"), seen(50, valve="/9")) == 0
        assert since(60, seen(0, valve="3/"), seen(50, valve="/9")) == 0
        assert since(60, seen(0, valve="3/"), seen(40, valve="/9"), seen(50, valve="4/9")) == 50

    def test_a_vehicle_unseen_for_a_day_beyond_its_limit_has_left(self):
        assert since(26 * 60, seen(0)) is None
        assert since(26 * 60 - 1, seen(0)) == 0

    def test_one_seen_to_be_gone_has_left(self):
        gone = Sight("MAIN", at(60), is_gone=True)
        assert since(59, seen(0), gone) == 0
        assert since(60, seen(0), gone) is None
        assert since(200, seen(0), gone, seen(180)) == 180
        assert since(80, seen(0), seen(50), gone, seen(75), no_return="1h") == 0
        assert since(80, gone) is None

    def test_stays_of_a_day_count_together_for_as_long_as_they_were_seen(self):
        gone = Sight("MAIN", at(60), is_gone=True)
        morning = (seen(0), seen(45), gone)
        again = found(200, *morning, seen(180), by_day=True)
        assert again is not None
        assert (again.since, again.before) == (at(180), timedelta(minutes=45))
        assert found(200, *morning, seen(180)) == Stay(at(180), at(180))
        # The next day begins at nothing.
        tomorrow = found(24 * 60, *morning, seen(24 * 60), by_day=True)
        assert tomorrow is not None
        assert tomorrow.before == timedelta()

"""What a permit is at an instant, the same in the rule and in SQL."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from permits.models import Permit
from permits.models.permits import current_q
from permits.rules.status import CURRENT, NEXT, Life, Status, live_periods, may_become, status_at

T0 = datetime(2026, 11, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def life(**more) -> Life:
    return Life(
        **{
            "starts_at": T0,
            "ends_at": T0 + 10 * HOUR,
            "hold_expires_at": T0 + HOUR / 4,
            "paid_at": T0 + HOUR / 6,
            **more,
        }
    )


class TestStatusAt:
    @pytest.mark.parametrize(
        ("facts", "hours", "status"),
        [
            ({"paid_at": None}, 0, Status.HELD),
            ({"paid_at": None}, 0.24, Status.HELD),
            ({"paid_at": None}, 0.25, Status.EXPIRED),
            ({}, 0.1, Status.HELD),
            ({}, 0.2, Status.ACTIVE),
            ({}, 9.999, Status.ACTIVE),
            ({}, 10, Status.EXPIRED),
            ({"paid_at": T0 + HOUR}, 0.5, Status.EXPIRED),
            ({"paid_at": T0 + HOUR}, 1, Status.ACTIVE),
            ({"paid_at": T0 - HOUR}, -0.5, Status.SCHEDULED),
            ({"needs_approval": True}, 1, Status.PENDING),
            ({"needs_approval": True, "approved_at": T0 + 2 * HOUR}, 1.9, Status.PENDING),
            ({"needs_approval": True, "approved_at": T0 + 2 * HOUR}, 2, Status.ACTIVE),
            ({"needs_approval": True}, 10, Status.EXPIRED),
            ({"cancelled_at": T0 + 2 * HOUR}, 1.9, Status.ACTIVE),
            ({"cancelled_at": T0 + 2 * HOUR}, 2, Status.CANCELLED),
            ({"cancelled_at": T0 + 2 * HOUR}, 11, Status.CANCELLED),
            ({"revoked_at": T0 + 2 * HOUR}, 2, Status.REVOKED),
            ({"suspensions": ((T0 + HOUR, T0 + 2 * HOUR),)}, 1, Status.SUSPENDED),
            ({"suspensions": ((T0 + HOUR, T0 + 2 * HOUR),)}, 2, Status.ACTIVE),
            ({"suspensions": ((T0 + HOUR, None),)}, 9, Status.SUSPENDED),
            ({"suspensions": ((T0 + HOUR, None),)}, 10, Status.EXPIRED),
        ],
    )
    def test_follows_from_the_instants(self, facts, hours, status):
        assert status_at(life(**facts), T0 + hours * HOUR) is status

    offsets = st.one_of(st.none(), st.integers(-20, 20))

    @given(offsets, offsets, offsets, offsets, st.booleans(), st.integers(-25, 25))
    def test_active_is_inside_a_live_period_and_nothing_else_is(
        self, paid, approved, cancelled, revoked, needs, hours
    ):
        def when(offset):
            return None if offset is None else T0 + offset * HOUR

        facts = life(
            paid_at=when(paid),
            approved_at=when(approved),
            cancelled_at=when(cancelled),
            revoked_at=when(revoked),
            needs_approval=needs,
            suspensions=((T0 + HOUR, T0 + 2 * HOUR), (T0 + 5 * HOUR, None)),
        )
        at = T0 + hours * HOUR
        inside = any(period.contains(at) for period in live_periods(facts))
        if needs or approved is None or approved <= hours:
            assert inside == (status_at(facts, at) is Status.ACTIVE)


class TestNext:
    def test_names_every_status(self):
        assert set(NEXT) == set(Status)
        assert all(after <= set(Status) for after in NEXT.values())

    def test_the_end_is_the_end(self):
        assert not NEXT[Status.CANCELLED]
        assert not NEXT[Status.REVOKED]
        assert may_become(Status.REVOKED, Status.ACTIVE).code == "permit_revoked"


@pytest.mark.django_db
class TestInSql:
    def test_sql_agrees_with_the_rule(self, person, hold, sell, now):
        from parkops.kernel.actors import SYSTEM
        from permits import operations

        ana = person("ana", "STUDENT", "STAFF")
        hold(ana, "MONTH")
        sell(ana, "MONTH")
        sell(ana, "RESIDENT")
        sell(ana, "MONTH", start=now + timedelta(days=40))
        sell(ana, "EVENING")
        for act in (operations.cancel_permit, operations.revoke_permit, operations.suspend_permit):
            act(sell(ana, "MONTH").number, reason="x", by=SYSTEM, at=now)
        for at in (now, now + HOUR, now + timedelta(days=2), now + timedelta(days=400)):
            for status in Status:
                by_sql = set(Permit.objects.with_status(status, at))
                by_rule = {p for p in Permit.objects.all() if p.status_at(at) is status}
                assert by_sql == by_rule, (status, at)
            current = set(Permit.objects.filter(current_q(at)))
            assert current == {p for p in Permit.objects.all() if p.status_at(at) in CURRENT}

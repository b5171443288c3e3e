"""What a permit adds to the kept figures is what its status says, at every instant."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from permits.rules import counting
from permits.rules.status import Life, Status, status_at

T0 = datetime(2026, 11, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
instants = st.integers(-20, 20).map(lambda hours: T0 + hours * HOUR)
maybe = st.none() | instants


@st.composite
def lives(draw) -> Life:
    starts = draw(instants)
    paid = draw(maybe)
    begins = sorted(draw(st.lists(instants, max_size=4, unique=True)))
    pauses = [(s, e) for s, e in zip(begins[::2], begins[1::2], strict=False)]
    if len(begins) % 2:
        pauses.append((begins[-1], None))
    needs = draw(st.booleans())
    return Life(
        starts_at=starts,
        ends_at=starts + draw(st.integers(1, 20)) * HOUR,
        hold_expires_at=draw(instants if paid is None else maybe),
        paid_at=paid,
        needs_approval=needs,
        approved_at=draw(maybe) if needs else None,
        cancelled_at=draw(maybe),
        revoked_at=draw(maybe),
        suspensions=tuple(pauses),
    )


@given(lives(), instants)
def test_each_level_is_one_while_the_status_is_that(life, at):
    told = counting.steps(life)
    status = status_at(life, at)
    for name, wanted in (
        (counting.ACTIVE, Status.ACTIVE),
        (counting.PENDING, Status.PENDING),
    ):
        height = sum(n for (figure, when), n in told.items() if figure == name and when <= at)
        assert height == (status is wanted), (name, status)
    held = sum(n for (figure, when), n in told.items() if figure == counting.HELD and when <= at)
    if life.hold_expires_at is not None:
        assert held == (status is Status.HELD)


@given(lives())
def test_a_sale_counts_once_when_it_is_paid(life):
    sold = [n for (name, _), n in counting.steps(life).items() if name == counting.SOLD]
    assert sold == ([1] if life.paid_at else [])

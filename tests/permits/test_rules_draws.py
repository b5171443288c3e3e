"""Draws: anybody can repeat them, nobody can steer them; how a line moves and how long it takes."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from permits.rules import draws

SEED = "00" * 31 + "01"
IDS = [str(UUID(int=n)) for n in range(1, 6)]
seeds = st.binary(min_size=32, max_size=32).map(bytes.hex)
entries = st.lists(st.uuids().map(str), unique=True, max_size=40)
OPENED = datetime(2026, 7, 15, 12, tzinfo=UTC)
TURN = timedelta(minutes=10)


def test_the_draw_is_what_the_page_says_and_nothing_else():
    by_hand = sorted(
        IDS, key=lambda one: hmac.new(bytes.fromhex(SEED), one.encode(), hashlib.sha256).digest()
    )
    assert draws.drawn(SEED, IDS) == by_hand
    assert draws.commitment_of(SEED) == hashlib.sha256(bytes.fromhex(SEED)).hexdigest()


@given(seeds, entries, st.randoms(use_true_random=False))
def test_it_depends_on_the_seed_and_the_ids_only(seed, ids, random):
    shuffled = list(ids)
    random.shuffle(shuffled)
    assert draws.drawn(seed, shuffled) == draws.drawn(seed, ids)
    assert sorted(draws.drawn(seed, ids)) == sorted(ids)


@given(seeds, entries.filter(bool), st.data())
def test_who_stays_away_changes_nobody_elses_order(seed, ids, data):
    away = data.draw(st.sampled_from(ids))
    assert [one for one in draws.drawn(seed, ids) if one != away] == draws.drawn(
        seed, [one for one in ids if one != away]
    )


@given(seeds, entries.filter(lambda ids: len(ids) > 1), st.data())
def test_a_changed_order_or_seed_is_found(seed, ids, data):
    order = draws.drawn(seed, ids)
    promise = draws.commitment_of(seed)
    assert draws.verify(promise, seed, order)
    n = data.draw(st.integers(0, len(order) - 2))
    swapped = [*order[:n], order[n + 1], order[n], *order[n + 2 :]]
    assert draws.verify(promise, seed, swapped).first_wrong == n + 1
    assert not draws.verify(draws.commitment_of(SEED), seed, order) or seed == SEED


def test_everybody_is_first_about_as_often():
    firsts = [draws.drawn(f"{n:064x}", IDS)[0] for n in range(2000)]
    for one in IDS:
        assert 320 < firsts.count(one) < 480  # 400 expected; 80 is 4.5 standard deviations


@pytest.mark.parametrize(
    ("at_once", "active", "left", "waiting", "called"),
    [
        (50, 0, None, 10, 10),
        (50, 0, None, 80, 50),
        (50, 48, None, 80, 2),
        (50, 50, 100, 80, 0),
        (50, 0, 3, 80, 3),  # nobody is called for whom there is no place
        (50, 2, 3, 80, 1),
        (50, 5, 3, 80, 0),
        (50, 0, 0, 80, 0),
    ],
)
def test_how_many_are_called(at_once, active, left, waiting, called):
    assert (
        draws.how_many_to_call(at_once=at_once, active=active, left=left, waiting=waiting) == called
    )


@pytest.mark.parametrize(
    ("ahead", "called", "minutes_gone", "expected"),
    [
        (0, 50, 0, 1),
        (100, 50, 0, 20),  # no pace yet: 50 in 10 minutes
        (100, 250, 10, 5),  # 200 moved up in 10 minutes
        (100, 51, 60, 20),  # never slower than everybody using the whole turn
    ],
)
def test_how_long_one_waits(ahead, called, minutes_gone, expected):
    at = OPENED + timedelta(minutes=minutes_gone)
    wait = draws.wait_for(ahead, called=called, at_once=50, turn=TURN, opened_at=OPENED, at=at)
    assert wait == timedelta(minutes=expected)

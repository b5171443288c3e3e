"""What is sent twice at once: by a double click, from two tabs."""

from parkops.accounts.models import User
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict
from parkops.kernel.money import Money
from parkops.messaging.models import Message
from payments import operations as payments
from reporting.models import FigureLimit, Question, SavedFilter, Schedule
from reporting.operations import filters, limits, schedules
from reporting.operations.schedules import Plan
from reporting.questions import operations as questions
from reporting.rules.schedules import Every, Rhythm
from tests.at_once import both  # noqa: F401  a fixture


def amos() -> User:
    return User.objects.get(email="amos@harbor.example")


def save(now):
    return filters.save_filter(
        "citations",
        {"period": "yesterday"},
        name="Mine",
        file_format="csv",
        is_shared=False,
        owner=amos(),
        at=now,
    )


def test_filters_and_schedules_are_there_once(both, now):  # noqa: F811
    assert both(lambda: save(now)) == []
    kept = SavedFilter.objects.get()
    plan = Plan(Rhythm(Every.DAY, 420), ["csv"], [kept.owner_id])

    def schedule(plan):
        return schedules.make_schedule(kept.reference, plan, by=amos(), at=now)

    assert both(lambda: schedule(plan)) == []
    assert Schedule.objects.count() == 1
    schedule(Plan(Rhythm(Every.WEEK, 420), ["csv"], [kept.owner_id]))
    assert Schedule.objects.count() == 2


def test_a_question_is_kept_once_and_the_other_is_told(both, now):  # noqa: F811
    document = {"view": "citations", "columns": ["citation"]}
    by = Actor("staff", str(amos().pk), "Amos")

    def keep():
        questions.keep_question(
            document, name="Mine", is_shared=False, may=lambda _one: True, by=by, at=now
        )

    assert [type(fault) for fault in both(keep)] == [Conflict]
    assert Question.objects.count() == 1


def test_a_crossing_that_two_looks_find_is_told_once(both, now):  # noqa: F811
    by = Actor("staff", str(amos().pk), "Amos")
    limits.set_limit(
        figure="to_sign",
        direction="over",
        amount=0,
        tone="bad",
        for_all=False,
        by_mail=True,
        user=amos(),
        by=by,
        at=now,
    )
    drawer = payments.open_drawer(name="Window", float_=Money(0, "USD"), by=by, at=now)
    payments.close_drawer(drawer.public_id, counted=Money(0, "USD"), pieces=[], by=by, at=now)
    found = []
    assert both(lambda: found.append(limits.watch_limits(at=now))) == []
    assert sorted(found) == [0, 1]
    assert FigureLimit.objects.get().crossings == 1
    assert Message.objects.filter(event="dashboard.crossed").count() == 1

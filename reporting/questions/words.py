"""A question as a sentence: what is asked, of which rows, by what. Pure."""

from parkops.kernel.texts import listed
from reporting.questions.published import TIMES
from reporting.questions.rules import PERIODS, STEPS, TESTS, Filter, Group, Measure, Question


def sentence(question: Question) -> str:
    """Return what is asked in words: "Citations, issued last month, by zone: count and sum of fine"."""
    parts = [question.view.title, *(_filter(one) for one in question.filters)]
    if question.groups:
        parts.append(f"by {listed([_group(one) for one in question.groups])}")
    if question.measures:
        told = listed([_measure(one) for one in question.measures])
    else:
        told = listed([one.title.lower() for one in question.columns])
    return f"{', '.join(parts)}: {told}"


def _filter(one: Filter) -> str:
    name = one.column.title[0].lower() + one.column.title[1:]
    if one.test == "in":
        return f"{name} {PERIODS[one.values[0]]}"
    if one.test in ("yes", "no"):
        return f"{name}: {one.test}"
    test = TESTS[one.column.kind][one.test]
    if one.column.kind in TIMES:
        test = test.removeprefix("is ") if one.values else test
    if one.test == "any" and len(one.values) == 1:
        test = "is"
    if one.test == "none" and len(one.values) == 1:
        test = "is not"
    return (
        f"{name} {test} {one.said.replace('_', ' ')}".rstrip() if one.values else f"{name} {test}"
    )


def _group(one: Group) -> str:
    if one.step:
        return f"{STEPS[one.step]} of {one.column.title.lower()}"
    return one.column.title.lower()


def _measure(one: Measure) -> str:
    return one.title[0].lower() + one.title[1:]

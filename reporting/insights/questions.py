"""The questions there are, in the order of their tabs."""

from reporting.insights import enforcement, forecasts, money, occupancy
from reporting.insights.values import Question

_FULL, _STAYS = occupancy.QUESTIONS
QUESTIONS: tuple[Question, ...] = (
    _FULL,
    forecasts.OCCUPANCY,
    _STAYS,
    *enforcement.QUESTIONS,
    money.COLLECTION,
    money.PERMITS,
    forecasts.REVENUE,
)
BY_CODE = {question.code: question for question in QUESTIONS}

"""How long the texts are that several models keep, and a text that may be empty."""

from django.db import models

CODE = 24
PLATE = 32
KEY = 12
REGION = 16
ACTOR_KIND = 10
ACTOR_REF = 40
NAME = 200


def short_text(length: int) -> models.CharField:
    """Return a text of at most `length` characters that is empty unless it is given."""
    return models.CharField(max_length=length, blank=True, default="", db_default="")

"""Who acts: a plain value, so that the lowest layers can be told without knowing users."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["staff", "customer", "token", "camera", "system", "public"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did something. `ref` is the user's, token's or camera's id as text; `name` is what people read."""

    kind: Kind
    ref: str
    name: str


SYSTEM = Actor("system", "", "ParkOps")
PUBLIC = Actor("public", "", "A visitor")

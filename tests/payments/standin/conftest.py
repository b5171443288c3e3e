"""The stand-in's fixtures, for the tests beside this file."""

from tests.payments.standin.fixtures import (  # noqa: F401
    account,
    ear,
    gateway,
    remote,
    standin,
    visitor,
)

"""The register of vehicles: who answers for it is an adapter, chosen by the tenant's program.

`source: file` is a list that the office loads (`file.py`). Another register, such as a state's, is a
class with `look_up` that is put into `SOURCES` under its name.
"""

from collections.abc import Collection, Mapping
from typing import Protocol

from parkops.customers.register.file import FileRegister
from parkops.customers.register.reading import Registered


class Register(Protocol):
    """What knows vehicles by their plates."""

    def look_up(self, plate_keys: Collection[str]) -> Mapping[str, Registered]:
        """Return what is known of these plates, by plate key; the unknown ones are left out."""


SOURCES: dict[str, Register] = {"file": FileRegister()}
"""The registers that a program may name."""


def look_up(source: str, plate_keys: Collection[str]) -> Mapping[str, Registered]:
    """Return what the register of this name knows of these plates, by plate key."""
    return SOURCES[source].look_up(plate_keys) if plate_keys else {}

"""What can be done with cameras and their reads."""

from enforcement.cameras.operations.cameras import (
    NewKey,
    add_camera,
    change_camera,
    rotate_key,
    switch_off,
    switch_on,
)
from enforcement.cameras.operations.erasing import erase_reads
from enforcement.cameras.operations.hits import go_to_hit
from enforcement.cameras.operations.intake import Taken, take_in
from enforcement.cameras.operations.reviewing import reject_read, settle_read

__all__ = [
    "NewKey",
    "Taken",
    "add_camera",
    "change_camera",
    "erase_reads",
    "go_to_hit",
    "reject_read",
    "rotate_key",
    "settle_read",
    "switch_off",
    "switch_on",
    "take_in",
]

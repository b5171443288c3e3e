"""What is asked about permits, by pages, the API and the apps above."""

from permits.queries.hangtags import lost_hangtags, lost_text
from permits.queries.permits import (
    PermitRow,
    PlateOn,
    money_of,
    permit,
    permits_of,
    plates_of,
    rows_of,
    type_of,
)
from permits.queries.rights import (
    Ask,
    NearMiss,
    Right,
    ended_rights_for,
    ended_rights_for_many,
    near_misses,
    plates_on_permit,
    rights_for,
    rights_for_many,
    rows_like,
)

__all__ = [
    "Ask",
    "NearMiss",
    "PermitRow",
    "PlateOn",
    "Right",
    "ended_rights_for",
    "ended_rights_for_many",
    "lost_hangtags",
    "lost_text",
    "money_of",
    "near_misses",
    "permit",
    "permits_of",
    "plates_of",
    "plates_on_permit",
    "rights_for",
    "rights_for_many",
    "rows_like",
    "rows_of",
    "type_of",
]

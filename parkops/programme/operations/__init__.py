"""What can be done with the programme: a draft changed and published, a version, an event."""

from parkops.programme.operations.drafts import (
    Change,
    Changed,
    change_draft,
    change_parts,
    discard_draft,
    mean_finding,
    mind_finding,
    publish_draft,
    replace_draft,
    start_draft,
)
from parkops.programme.operations.versions import (
    Applied,
    apply_version,
    declare_event,
    end_event,
    preview,
    refresh_tenant,
)

__all__ = [
    "Applied",
    "Change",
    "Changed",
    "apply_version",
    "change_draft",
    "change_parts",
    "declare_event",
    "discard_draft",
    "mean_finding",
    "mind_finding",
    "end_event",
    "preview",
    "publish_draft",
    "refresh_tenant",
    "replace_draft",
    "start_draft",
]

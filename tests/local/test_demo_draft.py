"""The draft of the demonstration: it can be published as it stands, and changes what it is meant to."""

import pytest

from parkops.kernel.actors import SYSTEM
from parkops.local.demo import draft
from parkops.local.demo.programmes import PLACES, programme_of
from parkops.programme import diff, load, operations, queries


@pytest.mark.parametrize("slug", [place.slug for place in PLACES])
def test_a_price_and_a_discount_change(harbor, now, slug, apply_programme):
    loaded = programme_of(slug, today=now.date())
    text = load.to_yaml(loaded.document | {"programme": queries.document(1)["programme"]})
    apply_programme(text, at=now)
    draft.open_one(by=SYSTEM, at=now)
    after = load.load_document(queries.open_draft().document).programme
    facts = {change.fact for change in diff.differences(queries.in_force(now).programme, after)}
    assert {"price base", "schedule 1 within"} <= facts
    assert operations.publish_draft(
        queries.open_draft().pk, revision=2, begins_on=None, by=SYSTEM, at=now
    ).is_new

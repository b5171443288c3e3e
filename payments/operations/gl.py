"""How the mapping to the institution's own ledger is written."""

from datetime import datetime

from django.db import transaction

from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Refused
from payments.accounts import CHART
from payments.models import GlCode
from payments.operations import balances
from payments.queries import gl as queries
from payments.rules import gl
from payments.rules.gl import Row


@transaction.atomic
def write_code(row: Row, *, by: Actor, at: datetime) -> GlCode:
    """Let a row of the mapping hold from its day on; an empty code ends what held before. Writing the
    same day's row again replaces it.

    :raises Refused: "account"; "code" without one where none held; "month_closed" for a day in a
        closed month, whose codes stay.
    """
    balances.alone()
    opens = queries.first_open_day()
    gl.may_write(row, open_from=opens, accounts=[one.code for one in CHART]).require()
    before = next(
        (one for one in gl.in_force(queries.rows(), row.begins_on) if one.name == row.name), None
    )
    if not row.code.strip() and before is None:
        raise Refused("code", "Write the code of your own ledger.", field="code")
    written, _ = GlCode.objects.update_or_create(
        account_id=row.account,
        zone_code=row.zone,
        item_code=row.item,
        audience=row.audience,
        begins_on=row.begins_on,
        defaults={
            "code": row.code.strip(),
            "cost_center": row.cost_center.strip(),
            "written_at": at,
            "written_name": by.name,
        },
    )
    audit.record(
        "ledger.code_written",
        subject=("gl_code", str(written.pk)),
        actor=by,
        at=at,
        row=row.words,
        before=before.words if before else "",
        begins_on=row.begins_on.isoformat(),
    )
    return written

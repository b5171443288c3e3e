"""What the former system of the demonstration left: a file of its citations, with what was owed and paid."""

from datetime import datetime, timedelta
from functools import partial
from io import BytesIO

from enforcement.imports import mapping
from enforcement.imports.operations import import_citations
from parkops.local.demo.scene import Act, Scene

MAPPING = b"""
name: former-system
number_prefix: OLD-
fields:
  id: summons
  issued: {column: issued, format: "%Y-%m-%d %H:%M"}
  violation: code
  violation_name: violation
  fine: fine
  penalty: penalty
  interest: interest
  reduction: reduction
  paid: paid
  due: due
  plate: plate
  place: place
"""
HEAD = "summons,issued,code,violation,plate,place,fine,penalty,interest,reduction,paid,due"
# Days before today, then the rest of the line; the last does not come to what it says is due.
LINES = (
    (95, "METER,Meter expired,6TRJ204,Elm Street 12,45.00,0.00,0.00,0.00,45.00,0.00"),
    (118, "METER,Meter expired,5KLM991,Elm Street 40,45.00,20.00,1.15,0.00,0.00,66.15"),
    (131, "HYDRANT,Beside a hydrant,8PQR310,Mill Road 3,110.00,25.00,3.20,0.00,50.00,88.20"),
    (160, "METER,Meter expired,4DDS772,Elm Street 18,45.00,20.00,0.00,20.00,45.00,0.00"),
    (203, "LOADING,Loading zone,7HNB118,Market Square,65.00,20.00,2.40,0.00,0.00,87.40"),
    (240, "METER,Meter expired,3WCV065,Elm Street 22,45.00,0.00,0.00,0.00,55.00,-10.00"),
    (322, "HYDRANT,Beside a hydrant,9BGT447,Mill Road 9,110.00,25.00,9.85,0.00,0.00,144.85"),
    (377, "LOADING,Loading zone,2ZXA530,Market Square,65.00,20.00,6.10,0.00,20.00,65.00"),
)


def acts(scene: Scene) -> list[Act]:
    """Return when the file is imported."""
    return [(scene.when(-70, 7), partial(_import, scene))]


def _import(scene: Scene, at: datetime) -> None:
    lines = [
        f"{place},{scene.today - timedelta(days=days)} 10:{place:02},{rest}"
        for place, (days, rest) in enumerate(LINES, start=1)
    ]
    import_citations(
        BytesIO("\n".join([HEAD, *lines, ""]).encode()),
        name="former-system.csv",
        mapping=mapping.load(MAPPING),
        told=lambda: None,
        refused=lambda refusal: None,
        by=scene.cast.staff["admin"],
        at=at,
    )

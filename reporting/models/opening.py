"""What a tenant lets the public see of its figures, and those figures as they were last worked out."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Opening(models.Model):
    """Which figures are out: one row a tenant, none until somebody opens them.

    `framed_by` are the sites that may show the map of free spaces within a page of theirs; none is all.
    """

    class License(models.TextChoices):
        CC_BY = "CC-BY-4.0", "Creative Commons Attribution 4.0"
        CC0 = "CC0-1.0", "Creative Commons Zero 1.0, no rights reserved"
        ODC_BY = "ODC-By-1.0", "Open Data Commons Attribution 1.0"

    id = models.BigAutoField(primary_key=True)
    opens_data = models.BooleanField(default=False)
    opens_spaces = models.BooleanField(default=False)
    license = models.CharField(max_length=12, choices=License, default=License.CC_BY)
    framed_by = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    changed_at = models.DateTimeField()
    changed_by_name = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="opening_one_a_tenant")
        ]

    def __str__(self) -> str:
        return f"data {self.opens_data}, spaces {self.opens_spaces}"


class OpenFigures(models.Model):
    """The rows of a set of open data as it is shown, small numbers hidden; until `until_on`, included."""

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=40)
    rows = models.JSONField(default=list)
    until_on = models.DateField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code"], name="open_figures_once")]

    def __str__(self) -> str:
        return self.code

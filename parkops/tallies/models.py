"""What has been added to each figure, and what checking the figures found."""

from collections import Counter

from django.db import models


class Tally(models.Model):
    """One thing added to a figure at an instant; the figure is the sum of these.

    One that is told apart has a name for each: `citations_in/LOT-B` (`kernel.tallies.of`). Names are in
    the order of their bytes, so that all of one figure lie side by side.

    Acts only ever add: two that change the same figure never wait for each other. Every minute the
    rows of one figure and instant, and all past ones of a level, become one (`operations.add_up`).
    """

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=160, db_collation="C")
    at = models.DateTimeField()
    n = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["name", "at"], include=["n"], name="tally_by_name")]

    def __str__(self) -> str:
        return f"{self.name} {self.n:+} at {self.at:%Y-%m-%d %H:%M}"


class TallyCheck(models.Model):
    """One time that all figures were counted anew; `drifts` has what was mended: name, instant, by."""

    id = models.BigAutoField(primary_key=True)
    checked_at = models.DateTimeField()
    drifted = models.PositiveIntegerField()
    drifts = models.JSONField(default=list)

    class Meta:
        indexes = [models.Index(fields=["-checked_at", "-id"], name="tally_check_newest")]

    @property
    def told(self) -> list[str]:
        """What was mended, by the names of the figures: citations_unpaid by -2."""
        sums: Counter[str] = Counter()
        for name, _, by in self.drifts:
            sums[name] += by
        return [f"{name} by {by:+,}" for name, by in sorted(sums.items())]

    def __str__(self) -> str:
        return f"Check of {self.checked_at:%Y-%m-%d %H:%M}, {self.drifted} drifted"

"""What the API remembers between requests: the answers given under an idempotency key."""

from django.db import models

from parkops.accounts.models import ApiToken


class IdempotencyKey(models.Model):
    """One key that a token sent with a POST, and its answer; without a status there is none yet.

    `claimed_until` is set only where the act commits in steps: until then it is in other hands.
    """

    id = models.BigAutoField(primary_key=True)
    token = models.ForeignKey(ApiToken, on_delete=models.PROTECT, related_name="+", db_index=False)
    route = models.CharField(max_length=400)
    key = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)
    claimed_until = models.DateTimeField(null=True, blank=True)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    content_type = models.CharField(max_length=80, blank=True)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["token", "route", "key"], name="idempotency_key_unique")
        ]
        indexes = [models.Index(fields=["created_at"], name="idempotency_oldest")]

    def __str__(self) -> str:
        return f"{self.route} {self.key}"

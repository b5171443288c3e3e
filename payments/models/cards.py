"""Cards that customers let be charged later."""

from uuid import uuid4

from django.db import models
from django.db.models import Q


class SavedCard(models.Model):
    """A card kept at the provider, of which we know only the provider's names and the last digits.

    Its row with its key is committed before the provider is asked for a page to save it on.
    """

    class State(models.TextChoices):
        CREATED = "created", "Being saved"
        SAVED = "saved", "Saved"
        FORGOTTEN = "forgotten", "Forgotten"

    id = models.BigAutoField(primary_key=True)
    reference = models.UUIDField(default=uuid4, editable=False)
    customer = models.ForeignKey("customers.Customer", models.PROTECT, related_name="cards")
    state = models.CharField(max_length=10, choices=State, default=State.CREATED)
    idempotency_key = models.CharField(max_length=120)
    account = models.CharField(max_length=64)
    session_id = models.CharField(max_length=120, blank=True)
    redirect_url = models.TextField(blank=True)
    return_path = models.CharField(max_length=500)
    email = models.CharField(max_length=254)
    expires_at = models.DateTimeField()
    provider_customer = models.CharField(max_length=120, blank=True)
    provider_method = models.CharField(max_length=120, blank=True)
    card = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField()
    saved_at = models.DateTimeField(null=True)
    forgotten_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="saved_card_reference_unique"),
            models.UniqueConstraint(fields=["idempotency_key"], name="saved_card_key_unique"),
            models.CheckConstraint(
                condition=~Q(state="saved") | ~Q(provider_method=""),
                name="saved_card_can_be_charged",
            ),
        ]
        indexes = [models.Index(fields=["customer", "-id"], name="saved_card_by_customer")]

    def __str__(self) -> str:
        return f"Saved card {self.reference}"

"""What owners of vehicles that may be booted were told."""

from django.db import models

from enforcement.models.fields import KEY, REGION, short_text


class BootNotice(models.Model):
    """The owner of a vehicle was told that it may be booted."""

    id = models.BigAutoField(primary_key=True)
    plate_key = models.CharField(max_length=KEY)
    region = short_text(REGION)
    sent_at = models.DateTimeField()
    sent_to = models.CharField(max_length=254)

    class Meta:
        indexes = [models.Index(fields=["plate_key", "-sent_at"], name="boot_notice_by_plate")]

    def __str__(self) -> str:
        return f"Boot notice {self.pk}"

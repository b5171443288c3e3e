"""The register that the office loads as a file."""

from collections.abc import Collection, Mapping

from parkops.customers.register.reading import Registered


class FileRegister:
    """Answers out of the rows that were loaded last."""

    def look_up(self, plate_keys: Collection[str]) -> Mapping[str, Registered]:
        """Return what is known of these plates; of two regions the one loaded first."""
        from parkops.customers.models import RegisterEntry

        found = {}
        for row in RegisterEntry.objects.filter(plate_key__in=plate_keys).order_by("-pk"):
            found[row.plate_key] = Registered(
                row.plate_key,
                row.region,
                row.keeper,
                row.make,
                row.model,
                row.fuel,
                row.co2,
                row.euro,
                row.status,
            )
        return found

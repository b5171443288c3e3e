"""What stands in every test database: two tenants with a programme, and the people of the stories."""

from datetime import UTC, datetime
from pathlib import Path

from django.contrib.auth.hashers import Argon2PasswordHasher
from django_tenants.utils import tenant_context

from parkops.accounts.models import User
from parkops.kernel.actors import SYSTEM
from parkops.kernel.permissions import Role
from parkops.programme import load
from parkops.programme import operations as programme
from parkops.tenancy import operations as tenancy

PROGRAMMES = Path(__file__).parent / "programmes"
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
PASSWORD = "correct horse battery staple"

# A password costs a tenth of a second to hash, as it should; not so in tests.
Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost = 1, 64

PEOPLE = {
    "harbor": [
        ("alice@harbor.example", "Alice Admin", [Role.ADMINISTRATOR]),
        ("bob@harbor.example", "Bob Officer", [Role.OFFICER]),
        ("clara@harbor.example", "Clara Clerk", [Role.CLERK]),
        ("rita@harbor.example", "Rita Reviewer", [Role.REVIEWER]),
        ("amos@harbor.example", "Amos Accountant", [Role.ACCOUNTANT]),
        ("otto@harbor.example", "Otto Auditor", [Role.AUDITOR]),
        ("dana@customer.example", "Dana Driver", []),
    ],
    "hillside": [("charlie@hillside.example", "Charlie Admin", [Role.ADMINISTRATOR])],
}


def plant() -> None:
    """Make the two tenants, with their programme and people."""
    for slug, people in PEOPLE.items():
        tenant = tenancy.create_tenant(
            slug=slug, name=slug.title(), at=BEGAN, schema_name=f"t_{slug}"
        )
        with tenant_context(tenant):
            loaded = load.load((PROGRAMMES / "harbor.yaml").read_bytes(), "harbor.yaml")
            programme.apply_version(loaded, begins_at=None, by=SYSTEM, at=BEGAN)
            for email, name, roles in people:
                User.objects.create_user(email, PASSWORD, name=name, roles=[*roles])
        tenancy.open_tenant(tenant)

"""People who sign in to a tenant, and the tokens of systems that talk to it."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.crypto import salted_hmac

from parkops.kernel.permissions import Permission, Role, permissions_of


class UserManager(BaseUserManager["User"]):
    """Makes people; e-mail addresses are compared without case."""

    def get_by_natural_key(self, email: str | None) -> "User":
        """Return the person with this e-mail address."""
        return self.get(email__iexact=email)

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Add a person; without a password they sign in by a code."""
        fields.setdefault("joined_at", timezone.now())
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person who signs in to this tenant: staff with roles, or a customer with none."""

    id = models.BigAutoField(primary_key=True)
    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=200, blank=True)
    roles = ArrayField(models.CharField(max_length=16), default=list, blank=True)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField()
    # Raised by one to end every session of this person.
    session_epoch = models.PositiveIntegerField(default=0)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    class Meta:
        constraints = [models.UniqueConstraint(Upper("email"), name="user_email_unique")]

    def __str__(self) -> str:
        return self.email

    @property
    def is_staff_member(self) -> bool:
        """Whether this person has any role."""
        return bool(self.roles)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Return what a session must know of its person; it differs between tenants."""
        value = f"{connection.schema_name}:{self.session_epoch}:{self.password}"
        salt = "parkops.accounts.session"
        return salted_hmac(salt, value, secret=secret, algorithm="sha256").hexdigest()

    def may(self, permission: Permission) -> bool:
        """Return whether a role of this person includes `permission`."""
        return self.is_active and permission in permissions_of([Role(role) for role in self.roles])

    @property
    def role_names(self) -> list[str]:
        """What the roles are called."""
        return [Role(role).label for role in self.roles]

    def has_role(self, role: Role) -> bool:
        """Return whether this person has `role`."""
        return role.value in self.roles


class ApiToken(models.Model):
    """A system that may use the API, known by the hash of its secret."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12)
    secret_hash = models.CharField(max_length=64)
    scopes = ArrayField(models.CharField(max_length=32))
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    requests_per_second = models.PositiveIntegerField(default=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["secret_hash"], name="api_token_secret_unique")
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

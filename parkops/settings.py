"""Settings, all from the environment. With none set, everything runs on the embedded servers."""

import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from csp.constants import NONCE, NONE, SELF
from environs import Env
from whitenoise.compress import Compressor

from parkops.local import servers

env = Env()
BASE_DIR = Path(__file__).resolve().parent.parent
LOCAL_DIR = Path(env.str("PARKOPS_LOCAL_DIR", str(BASE_DIR / ".local")))

# --- where things are -------------------------------------------------------------------------
_LOCAL_SECRET = "only-for-the-embedded-servers-" + "x" * 32
SECRET_KEY = env.str("SECRET_KEY", _LOCAL_SECRET)
IS_LOCAL = not env.str("DATABASE_URL", "") or env.bool("PARKOPS_LOCAL", False)
DEBUG = env.bool("DEBUG", False)
DOMAIN = env.str("PARKOPS_DOMAIN", "localhost")
PORT = env.int("PARKOPS_PORT", 8000)
SCHEME = env.str("PARKOPS_SCHEME", "http" if DOMAIN == "localhost" else "https")
# Hosts are checked against the Domain table by parkops.tenancy.middleware, for every request.
ALLOWED_HOSTS = ["*"]
USE_X_FORWARDED_HOST = False
_behind_proxy = env.bool("PARKOPS_BEHIND_PROXY", False)
# How many proxies of ours a request passes: each adds an address to X-Forwarded-For.
PROXIES = env.int("PARKOPS_PROXIES", 1 if _behind_proxy else 0)
if _behind_proxy:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

_urls = servers.urls()
_database = env.dj_db_url("DATABASE_URL", _urls.database_url)
REDIS_URL = env.str("REDIS_URL", _urls.redis_url)


def _broker(url: str) -> str:
    """Return the same server as Celery writes it: a unix socket has a scheme of its own there."""
    parts = urlsplit(url)
    if parts.scheme != "unix":
        return url
    query = parse_qs(parts.query)
    password = parts.password or query.get("password", [""])[0]
    return f"redis+socket://:{password}@{parts.path}?virtual_host={query.get('db', ['0'])[0]}"


DATABASES = {
    "default": {
        **_database,
        "ENGINE": "parkops.tenancy.postgresql",
        "CONN_MAX_AGE": env.int("CONN_MAX_AGE", 300),
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
    }
}
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]
TENANT_MODEL = "tenancy.Tenant"
TENANT_DOMAIN_MODEL = "tenancy.Domain"
PUBLIC_SCHEMA_URLCONF = "parkops.urls_public"
ROOT_URLCONF = "parkops.urls"
WSGI_APPLICATION = "parkops.wsgi.application"

SHARED_APPS = [
    "django_tenants",
    "parkops.tenancy",
    "parkops",
    "parkops.local",
    "parkops.ui",
    "whitenoise.runserver_nostatic",
    "django.contrib.contenttypes",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.contrib.messages",
    "django_htmx",
    "template_partials",
    "csp",
    "ninja",
]
TENANT_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "parkops.audit",
    "parkops.jobs",
    "parkops.tallies",
    "parkops.messaging",
    "parkops.accounts",
    "parkops.api",
    "parkops.programme",
    "parkops.customers",
    "payments",
    "permits",
    "enforcement",
    "reporting",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]
INSTALLED_APPS = [*SHARED_APPS, *(app for app in TENANT_APPS if app not in SHARED_APPS)]

MIDDLEWARE = [
    "parkops.tenancy.middleware.TenantMiddleware",
    "parkops.metrics.middleware.CountingMiddleware",
    "reporting.middleware.NewsMiddleware",
    "parkops.tenancy.proxies.ClientAddressMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "parkops.tenancy.middleware.TenantSessionMiddleware",
    "parkops.ui.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "parkops.accounts.middleware.OwnSchemaMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "parkops.ui.bodies.StorableFormMiddleware",
    "parkops.ui.access.AccessMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "parkops.ui.context.brand",
                "parkops.ui.context.nav",
                "parkops.ui.context.shell",
            ],
            "builtins": ["parkops.ui.templatetags.ui", "template_partials.templatetags.partials"],
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            [
                                "django.template.loaders.filesystem.Loader",
                                "django.template.loaders.app_directories.Loader",
                            ],
                        )
                    ],
                )
            ],
        },
    }
]

# --- language and time ------------------------------------------------------------------------
LANGUAGE_CODE = "en-us"
LANGUAGES = [("en", "English"), ("es", "Español"), ("fr", "Français")]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- people -----------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["parkops.accounts.backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "parkops.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "parkops.accounts.forms.LoginForm",
    "signup": "parkops.accounts.forms.SignupForm",
    "change_password": "parkops.accounts.forms.ChangePasswordForm",
    "set_password": "parkops.accounts.forms.SetPasswordForm",
    "reset_password": "parkops.accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "parkops.accounts.forms.ResetPasswordKeyForm",
    "reauthenticate": "parkops.accounts.forms.ReauthenticateForm",
    "request_login_code": "parkops.accounts.forms.CodeForm",
}
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_PREVENT_ENUMERATION = True
ALLAUTH_USER_CODE_FORMAT = {"numeric": False, "dashed": True, "length": 6}
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if env.bool("PARKOPS_BEHIND_PROXY", False) else 0
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]

# --- sessions and cookies ---------------------------------------------------------------------
_secure = SCHEME == "https"
SESSION_ENGINE = "parkops.accounts.sessions"
SESSION_COOKIE_NAME = "__Host-sid" if _secure else "sid"
CSRF_COOKIE_NAME = "__Host-csrf" if _secure else "csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _secure
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 60 * 60
SECURE_HSTS_SECONDS = 31_536_000 if _secure else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _secure
SECURE_SSL_REDIRECT = env.bool("PARKOPS_SSL_REDIRECT", _secure)
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "parkops.ui.errors.csrf_failure"

# Where a person may be sent to pay: the provider's page, or our stand-in for it.
STRIPE_SECRET_KEY = env.str("STRIPE_SECRET_KEY", "sk_test_standin" if IS_LOCAL else "")
STRIPE_WEBHOOK_SECRET = env.str("STRIPE_WEBHOOK_SECRET", "whsec_standin" if IS_LOCAL else "")
STANDIN_PORT = env.int("PARKOPS_STANDIN_PORT", 8010)
STRIPE_API_BASE = env.str("STRIPE_API_BASE", f"http://127.0.0.1:{STANDIN_PORT}" if IS_LOCAL else "")
CHECKOUT_ORIGIN = STRIPE_API_BASE or "https://checkout.stripe.com"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF, CHECKOUT_ORIGIN],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
        "manifest-src": [SELF],
        "worker-src": [SELF],
    }
}

# --- cache, queue, files ----------------------------------------------------------------------
_cache_prefix = env.str("PARKOPS_CACHE_PREFIX", "parkops")
CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "parkops.tenancy.caching.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_FUNCTION": "django_tenants.cache.make_key",
        "KEY_PREFIX": _cache_prefix,
    },
    # Shared by all tenants: limits by address, versions of the tenants' hosts. Never a tenant's data.
    "global": {
        "BACKEND": "parkops.tenancy.caching.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": f"{_cache_prefix}-global",
    },
    # Of one process, for what is made again sooner than it is fetched.
    "near": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "near",
        "KEY_FUNCTION": "django_tenants.cache.make_key",
        "OPTIONS": {"MAX_ENTRIES": 1_000},
    },
}

CELERY_BROKER_URL = _broker(REDIS_URL)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "global_keyprefix": env.str("PARKOPS_QUEUE_PREFIX", "parkops:"),
    "socket_timeout": 5,
    "socket_connect_timeout": 3,
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = False
CELERY_TASK_TIME_LIMIT = 900
CELERY_TASK_SOFT_TIME_LIMIT = 840
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 400_000
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 20
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "parkops.ui.static.LeafletFinder",
]
STATIC_ROOT = Path(env.str("PARKOPS_STATIC_ROOT", str(LOCAL_DIR / "static")))
MEDIA_ROOT = Path(env.str("PARKOPS_MEDIA_ROOT", str(LOCAL_DIR / "files")))
MEDIA_URL = "/files/"
# Each tenant's folder of rosters, named by its slug, is in here; empty: none is watched.
# The folder with the models of a plate reader on this server; empty: there is none.
PLATE_MODELS = env.str("PARKOPS_PLATE_MODELS", "")
ROSTER_DROP_ROOT = env.str("PARKOPS_ROSTER_DROP_ROOT", "")
_testing = "pytest" in sys.modules
STORAGES = {
    "default": {"BACKEND": "django_tenants.files.storage.TenantFileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or _testing
        else "parkops.ui.static.StaticStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG or _testing
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
# Compressing the source maps of others takes longer than all the rest, and hardly anybody asks for one.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024
# Three fields for each of the 2,000 zones that a file may propose.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 6_500
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600

# --- metrics ----------------------------------------------------------------------------------
# What an operator's Prometheus sends as a bearer token to /metrics; empty: there is no such page.
METRICS_TOKEN = env.str("PARKOPS_METRICS_TOKEN", "")
# Whether they name tenants: each is a label more for every time series.
METRICS_NAME_TENANTS = env.bool("PARKOPS_METRICS_NAME_TENANTS", False)

# --- messages ---------------------------------------------------------------------------------
_email_url = env.str("EMAIL_URL", "")
if _email_url:
    vars().update(env.dj_email_url("EMAIL_URL"))
# Without a mail server messages are kept in the tenant, where the demonstration shows them.
HAS_MAIL_SERVER = bool(_email_url)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", f"parking@{DOMAIN}")
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO")},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "fontTools": {"level": "WARNING"},
        "weasyprint": {"level": "ERROR"},
        "stripe": {"level": "WARNING"},
    },
}
# W001: tenancy.middleware runs before SecurityMiddleware. W004: e-mail is unique without case.
SILENCED_SYSTEM_CHECKS = ["security.W001", "auth.W004"]

"""The settings that keep tenants apart and pages honest."""

from importlib import import_module

from django.conf import settings
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session


def test_sessions_and_people_live_in_the_tenants():
    for app in ("django.contrib.sessions", "parkops.accounts", "parkops.audit", "allauth.account"):
        assert app in settings.TENANT_APPS
        assert app not in settings.SHARED_APPS
    engine = import_module(settings.SESSION_ENGINE)
    assert issubclass(engine.SessionStore, db.SessionStore)
    assert engine.SessionStore.get_model_class() is Session


def test_the_cache_keys_by_tenant():
    cache = settings.CACHES["default"]
    assert cache["KEY_FUNCTION"] == "django_tenants.cache.make_key"
    assert cache["KEY_PREFIX"] != settings.CACHES["global"]["KEY_PREFIX"]


def test_the_tenant_is_chosen_before_anything_else():
    assert settings.MIDDLEWARE[0] == "parkops.tenancy.middleware.TenantMiddleware"
    assert settings.MIDDLEWARE[-1] == "parkops.ui.access.AccessMiddleware"
    assert not settings.USE_X_FORWARDED_HOST
    assert settings.DATABASES["default"]["ENGINE"] == "parkops.tenancy.postgresql"
    assert not settings.DATABASES["default"]["ATOMIC_REQUESTS"]


def test_files_lie_in_a_folder_of_their_tenant():
    backend = settings.STORAGES["default"]["BACKEND"]
    assert backend == "django_tenants.files.storage.TenantFileSystemStorage"


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere():
    said = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    assert said["default-src"] == ["'none'"]
    assert said["script-src"] == ["'self'"]
    everything = [source for sources in said.values() for source in sources]
    assert not {"'unsafe-inline'", "'unsafe-eval'", "*", "https:", "http:"} & set(
        map(str, everything)
    )


def test_instants_are_aware_and_cookies_are_the_servers_own():
    assert settings.USE_TZ
    assert settings.SESSION_COOKIE_HTTPONLY
    assert settings.CSRF_COOKIE_HTTPONLY
    assert settings.CELERY_ACCEPT_CONTENT == ["json"]

"""The cache: its client is made once, each tenant has its own keys, and many values end when they should."""

import threading
import time

import pytest
from django.conf import settings
from django.core.cache import cache, caches
from django_tenants.utils import tenant_context

pytestmark = pytest.mark.django_db


def test_the_library_s_client_is_made_once_for_a_pool():
    client = cache._cache.get_client("a")
    assert cache._cache.get_client("b", write=True) is client


def test_threads_do_not_get_each_others_answers(harbor):
    wrong = []

    def ask(number: int) -> None:
        with tenant_context(harbor):
            for n in range(200):
                cache.set(f"thread-{number}", n, 30)
                if cache.get(f"thread-{number}") != n:
                    wrong.append((number, n))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_many_values_are_kept_each_for_its_time(harbor):
    assert cache.set_many({"one": 1, "two": {"a": [2]}}, 1) == []
    assert cache.get_many(["one", "two", "three"]) == {"one": 1, "two": {"a": [2]}}
    cache.set_many({"always": "here"}, None)
    deadline = time.monotonic() + 10
    while cache.get("one") is not None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert cache.get_many(["one", "two", "always"]) == {"always": "here"}
    cache.set_many({"always": "gone"}, 0)
    assert cache.get("always") is None


@pytest.mark.parametrize("name", ["default", "near"])
def test_what_one_tenant_keeps_another_does_not_find(harbor, hillside, name):
    own = caches[name]
    with tenant_context(harbor):
        own.set("secret", "harbor's", 30)
    with tenant_context(hillside):
        assert own.get("secret") is None
        assert own.get_many(["secret"]) == {}
    with tenant_context(harbor):
        assert own.get("secret") == "harbor's"


def test_forgetting_all_leaves_the_other_tenants_the_platforms_and_the_queue(
    harbor, hillside, valkey
):
    queue = f"{settings.CELERY_BROKER_TRANSPORT_OPTIONS['global_keyprefix']}celery-of-a-test"
    valkey.rpush(queue, "a message")
    caches["global"].set("platforms", 1, 30)
    with tenant_context(hillside):
        cache.set("theirs", 2, 30)
    cache.set_many({"one": 1, "two": 2}, 30)
    cache.clear()
    assert cache.get_many(["one", "two"]) == {}
    assert caches["global"].get("platforms") == 1
    with tenant_context(hillside):
        assert cache.get("theirs") == 2
    assert valkey.lrange(queue, 0, -1) == [b"a message"]
    caches["global"].clear()
    assert caches["global"].get("platforms") is None
    assert valkey.delete(queue) == 1

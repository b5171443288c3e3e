"""The cache in Redis or Valkey, whose client is made once and not for each question."""

from typing import Any

from django.core.cache.backends import redis


class Client(redis.RedisCacheClient):
    """Django's client, with one of the library's for each pool of connections: making one takes longer than an
    answer, and those of several threads are the same."""

    _client: Any
    _get_connection_pool: Any
    _serializer: Any

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._clients: dict[int, Any] = {}

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        """Return the client for `key`."""
        pool = self._get_connection_pool(write)
        if id(pool) not in self._clients:
            self._clients[id(pool)] = self._client(connection_pool=pool)
        return self._clients[id(pool)]

    def set_many(self, data: Any, timeout: Any) -> None:
        """Keep all of `data`, each with its own command: what is kept in a cache need not appear at once."""
        pipeline = self.get_client(write=True).pipeline(transaction=False)
        for key, value in data.items():
            if timeout == 0:
                pipeline.delete(key)
            else:
                pipeline.set(key, self._serializer.dumps(value), ex=timeout)
        pipeline.execute()


class RedisCache(redis.RedisCache):
    """Django's cache in Redis with the client above."""

    def __init__(self, server: str | list[str], params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = Client

    def clear(self) -> None:
        """Forget what this cache has, of the current tenant alone if it goes by tenant. Django's own way empties
        the server, in which are other caches and the queue."""
        client = self._cache.get_client(write=True)
        if kept := [*client.scan_iter(self.make_key("*"), count=1_000)]:
            client.unlink(*kept)

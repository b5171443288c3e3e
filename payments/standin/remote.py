"""Pulls the levers of a running stand-in from another process: the demonstration and tests do."""

import json
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

TIMEOUT_SECONDS = 10
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class NotDone(Exception):
    """The stand-in refused; the text says why."""


class Remote:
    """A stand-in at `url`. Methods raise `NotDone` if it refuses, `OSError` if it is off."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")

    def ensure_account(
        self, account_id: str, *, name: str, webhook_url: str = "", country: str = "US"
    ) -> list[str]:
        """Make sure that an account is there with this webhook; return the webhooks' secrets."""
        answer = self._post(
            "/_standin/accounts",
            id=account_id, name=name, webhook_url=webhook_url, country=country,
        )  # fmt: skip
        return answer["webhook_secrets"]

    def act(self, account_id: str, act: str, object_id: str, **params: str) -> dict[str, Any]:
        """Let something happen at an account: see `acts.ACTS`."""
        return self._post(f"/acts/{account_id}/{act}/{object_id}", **params)

    def fault(self, fault: str, *, method: str = "", path: str = "/v1/", times: int = 1) -> None:
        """Let the next matching requests go wrong: see `faults`."""
        self._post("/_standin/faults", fault=fault, method=method, path=path, times=str(times))

    def advance(self, seconds: int) -> None:
        """Move the stand-in's clock forward."""
        self._post("/_standin/clock", advance=str(seconds))

    def _post(self, path: str, /, **params: str) -> dict[str, Any]:
        body = urllib.parse.urlencode(params).encode()
        request = urllib.request.Request(self.url + path, data=body, method="POST")  # noqa: S310
        try:
            with _DIRECT.open(request, timeout=TIMEOUT_SECONDS) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                said = json.load(error)
            raise NotDone(said["error"]["message"]) from None

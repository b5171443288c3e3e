"""The WSGI application: the API under `/v1/`, the pages, and the levers behind the scenes."""

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from payments.standin import api, faults, forms, shapes
from payments.standin.acts import ACTS
from payments.standin.calls import Call
from payments.standin.delivery import Courier
from payments.standin.errors import ApiError
from payments.standin.faults import Dropped, Fault
from payments.standin.pages import backstage, pay
from payments.standin.resources import accounts
from payments.standin.store import Store
from payments.standin.web import Answer, Request, json_answer, see_other

STYLE = (Path(__file__).parent / "static" / "standin.css").read_bytes()


class App:
    """Answers requests from the store. `public_url` is where browsers find it, if not as asked."""

    def __init__(self, store: Store, courier: Courier, *, public_url: str = "") -> None:
        self.store = store
        self.courier = courier
        self.public_url = public_url.rstrip("/")

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Answer one request; close the connection instead where a fault says so."""
        try:
            answer = self._answer(Request.read(environ, self.public_url))
        except ApiError as error:
            answer = json_answer(error.status, {"error": error.body})
        except Dropped:
            hang_up = environ.get("standin.hang_up")
            if hang_up is None:
                raise
            hang_up()
            # Whatever is written now reaches nobody; the server must be given something.
            answer = Answer(500)
        headers = {"Content-Length": str(len(answer.body)), **answer.headers}
        start_response(answer.line, list(headers.items()))
        return [answer.body]

    def _answer(self, request: Request) -> Answer:
        first, *rest = request.path.strip("/").split("/")
        if first == "_standin":
            return self._lever(request, rest)
        if first == "standin.css":
            return Answer(200, STYLE, {"Content-Type": "text/css; charset=utf-8"})
        if first == "favicon.ico":
            return Answer(204)
        fault = self._fault(request)
        if first == "v1":
            return api.answer(self.store, self.courier, request, fault)
        if request.method == "POST" and request.from_elsewhere():
            return json_answer(403, {"error": {"message": "This form belongs to another site."}})
        return self._page(request, first, rest, fault)

    def _page(self, request: Request, first: str, rest: list[str], fault: Fault) -> Answer:
        if fault.drop_before:
            raise Dropped
        if first == "pay" and len(rest) == 1:
            if fault.delay:
                time.sleep(fault.delay)
            return pay.respond(self.store, self.courier, request, rest[0], fault)
        if first == "acts" and len(rest) == 3 and request.method == "POST":
            return self._act(request, *rest, fault=fault)
        if first == "setup" and len(rest) == 2:
            return see_other(self.store.setting(rest[1], "/"))
        if first == "accounts" and len(rest) == 1:
            return backstage.account(self.store, rest[0])
        if first == "":
            return backstage.front(self.store)
        return json_answer(404, {"error": {"message": "There is no such page."}})

    def _fault(self, request: Request) -> Fault:
        return faults.take(
            self.store,
            method=request.method,
            path=request.path,
            header=request.headers.get("standin-fault", ""),
        )

    def _act(
        self, request: Request, account: str, act: str, object_id: str, *, fault: Fault
    ) -> Answer:
        if act not in ACTS:
            return json_answer(404, {"error": {"message": f"There is no act {act!r}."}})
        call = Call(self.store, account, request.params, request.base_url)
        answer = api.run(self.courier, call, fault,
            lambda: shapes.shown(ACTS[act](call, object_id)),
        )  # fmt: skip
        self.courier.nudge()
        if request.params.get("from") == "page":
            return see_other(f"/accounts/{account}")
        return answer

    def _lever(self, request: Request, rest: list[str]) -> Answer:
        """What tests and the local installation set: accounts with known ids, faults, the clock."""
        match request.method, rest:
            case "GET", ["health"]:
                return json_answer(200, {"standin": "stripe", "now": self.store.now()})
            case "POST", ["accounts"]:
                return json_answer(200, self._ensure_account(request.params))
            case "GET", ["faults"]:
                return json_answer(200, {"faults": faults.armed(self.store)})
            case "POST", ["faults"]:
                faults.arm(
                    self.store,
                    method=request.params.get("method", ""),
                    path=request.params.get("path", "/v1/"),
                    fault=forms.text(request.params, "fault"),
                    times=forms.whole(request.params, "times", default=1),
                )
                return json_answer(200, {"faults": faults.armed(self.store)})
            case "DELETE", ["faults"]:
                faults.disarm(self.store)
                return json_answer(200, {"faults": []})
            case "POST", ["clock"]:
                ahead = int(self.store.setting("clock", "0"))
                ahead += forms.whole(request.params, "advance")
                self.store.set("clock", str(ahead))
                return json_answer(200, {"now": self.store.now()})
            case "GET", ["deliveries"]:
                rows = self.store.rows("SELECT * FROM deliveries ORDER BY number")
                return json_answer(200, {"deliveries": [dict(row) for row in rows]})
        return json_answer(404, {"error": {"message": "There is no such lever."}})

    def _ensure_account(self, params: dict[str, Any]) -> dict[str, Any]:
        """Make an account with a given id and an endpoint of it, unless they are there."""
        account_id = forms.text(params, "id")
        with self.store.transaction():
            secrets = accounts.ensure(
                self.store,
                account_id,
                url=forms.text(params, "webhook_url", default=""),
                name=forms.text(params, "name", default=""),
                country=forms.text(params, "country", default="US"),
                email=forms.text(params, "email", default=""),
            )
        return {"account": account_id, "webhook_secrets": secrets}

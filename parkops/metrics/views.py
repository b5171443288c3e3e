"""The page that an operator's Prometheus reads."""

import hmac
from collections.abc import Iterable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST
from prometheus_client.core import Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector, CollectorRegistry

from parkops.metrics import counting, gathered
from parkops.ui.access import public


class _Gathered(Collector):
    """What is gathered for one answer."""

    def collect(self) -> Iterable[Metric]:
        return gathered.gathered(timezone.now())


@public
@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Give the metrics to who has the operator's token; without a token set there is no such page."""
    if not settings.METRICS_TOKEN:
        raise Http404("No metrics are given here.")
    given = request.headers.get("Authorization", "")
    if not hmac.compare_digest(given.encode(), f"Bearer {settings.METRICS_TOKEN}".encode()):
        response = HttpResponse(
            "This needs the operator's token.\n", status=401, content_type="text/plain"
        )
        response["WWW-Authenticate"] = "Bearer"
        return response
    counting.write()
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Gathered())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

"""Behind a proxy visitors are told apart by their own addresses, and nobody chooses theirs."""

import pytest
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpResponse

from parkops.api import limits
from parkops.tenancy.proxies import ClientAddressMiddleware, client_of


@pytest.mark.parametrize(
    ("forwarded", "proxies", "client"),
    [
        ("203.0.113.7", 1, "203.0.113.7"),
        ("1.2.3.4, 203.0.113.7", 1, "203.0.113.7"),
        ("1.2.3.4, 203.0.113.7, 10.0.0.2", 2, "203.0.113.7"),
        ("203.0.113.7", 2, "203.0.113.7"),
        (" 2001:db8::7 ", 1, "2001:db8::7"),
        ("2001:0DB8::0007", 1, "2001:db8::7"),
        ("unknown", 1, ""),
        ("1.2.3.4, <script>", 1, ""),
        (",", 1, ""),
        ("", 1, ""),
    ],
)
def test_the_address_is_what_our_first_proxy_saw(forwarded, proxies, client):
    assert client_of(forwarded, proxies=proxies) == client


@pytest.mark.parametrize(
    ("headers", "seen"),
    [
        ({"x-forwarded-for": "1.2.3.4, 203.0.113.7"}, "203.0.113.7"),
        ({"x-forwarded-for": "nobody"}, "127.0.0.1"),
        ({}, "127.0.0.1"),
    ],
)
def test_limits_count_visitors_and_not_the_proxy(rf, settings, headers, seen):
    settings.PROXIES = 1
    asked = []
    ask = ClientAddressMiddleware(
        lambda request: asked.append(limits.address(request)) or HttpResponse()
    )
    ask(rf.get("/", headers=headers))
    assert asked == [seen]


def test_without_a_proxy_the_header_is_not_looked_at(settings):
    settings.PROXIES = 0
    with pytest.raises(MiddlewareNotUsed):
        ClientAddressMiddleware(lambda request: HttpResponse())

"""How nested parameters are read."""

import pytest
from stripe._encode import _api_encode

from payments.standin import forms
from payments.standin.errors import ApiError


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("a=1&b=", {"a": "1", "b": ""}),
        ("a[b][c]=1&a[b][d]=2", {"a": {"b": {"c": "1", "d": "2"}}}),
        ("expand[]=x&expand[]=y", {"expand": ["x", "y"]}),
        ("expand[0]=x&expand[1]=y", {"expand": ["x", "y"]}),
        ("l[1][q]=2&l[0][q]=1", {"l": [{"q": "1"}, {"q": "2"}]}),
        ("success_url=http%3A%2F%2Fx%2F%3Fs%3D%7BID%7D", {"success_url": "http://x/?s={ID}"}),
        ("", {}),
    ],
)
def test_reads_brackets(text, read):
    assert forms.decode(text) == read


def test_reads_what_the_sdk_writes():
    params = {
        "line_items": [{"quantity": 1, "price_data": {"unit_amount": 500}}],
        "mode": "payment",
    }
    text = "&".join(f"{name}={value}" for name, value in _api_encode(params))
    assert forms.decode(text) == {
        "line_items": [{"quantity": "1", "price_data": {"unit_amount": "500"}}],
        "mode": "payment",
    }


@pytest.mark.parametrize("text", ["a=1&a[b]=2", "a[b]=1&a[b][c]=2"])
def test_refuses_a_value_that_is_also_a_group(text):
    with pytest.raises(ApiError):
        forms.decode(text)

"""Static files as they are collected for production."""

import json
import re

import pytest
from django.core.management import call_command
from django.test import override_settings


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    """The static files collected by the storage that production uses."""
    root = tmp_path_factory.mktemp("static")
    storage = {"BACKEND": "parkops.ui.static.StaticStorage"}
    storages = {"default": storage, "staticfiles": storage}
    with override_settings(STATIC_ROOT=root, STORAGES=storages):
        # Large files of others are left out: they prove nothing here and take long to compress.
        others = ["ninja/*", "admin/*", "django_htmx/*4*", "django_htmx/ext/*", "account/*"]
        call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=others)
    return root


def test_every_file_of_ours_gets_a_name_by_its_content(collected):
    paths = json.loads((collected / "staticfiles.json").read_text())["paths"]
    assert re.fullmatch(r"css/tokens\.[0-9a-f]{12}\.css", paths["css/tokens.css"])
    assert re.fullmatch(r"js/parkops\.[0-9a-f]{12}\.js", paths["js/parkops.js"])
    assert "django_htmx/htmx-2.min.js" in paths
    assert {"leaflet/leaflet.js", "leaflet/leaflet.css"} <= paths.keys()
    assert not [path for path in paths if path.startswith("leaflet/draw/")]


def test_modules_import_each_other_by_those_names(collected):
    paths = json.loads((collected / "staticfiles.json").read_text())["paths"]
    text = (collected / paths["js/parkops.js"]).read_text()
    imported = re.findall(r'"\./([^"]+)"', text)
    assert imported
    for name in imported:
        assert re.search(r"\.[0-9a-f]{12}\.js$", name), name
        assert (collected / "js" / name).exists()


def test_each_has_a_compressed_twin(collected):
    paths = json.loads((collected / "staticfiles.json").read_text())["paths"]
    assert (collected / f"{paths['css/tokens.css']}.gz").exists()

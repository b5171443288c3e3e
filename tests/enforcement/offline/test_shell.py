"""The app's page, its worker and its manifest: whole, and nobody's."""

import json
import re

from django.contrib.staticfiles import finders

from enforcement.views.field_shell import MODULES

IMPORTED = re.compile(r'(?:from|import) "(\.[^"]+)"')


def imports_of(module: str, seen: set[str]) -> set[str]:
    """Return the modules that one loads, and those that they load."""
    if module in seen:
        return seen
    seen.add(module)
    with open(finders.find(module)) as file:
        for name in IMPORTED.findall(file.read()):
            folder = module.rpartition("/")[0]
            path = f"{folder}/{name}".replace("/./", "/")
            imports_of(re.sub(r"/[^/]+/\.\./", "/", path), seen)
    return seen


def test_every_module_that_the_page_loads_is_kept_and_no_other():
    loaded = imports_of("js/parkops.js", set()) | imports_of("js/field/app.js", set())
    assert sorted(MODULES) == sorted(loaded)


def test_the_worker_keeps_the_page_and_its_files(site, bob):
    script = site.login_as(bob).get("/field/worker.js")
    assert script["Content-Type"].startswith("text/javascript")
    shell = json.loads(re.match(r"const SHELL = (.*);\n", script.content.decode())[1])
    assert shell["page"] == "/field/app/"
    assert {"/static/js/field/db.js", "/static/css/pages/field.css"} <= set(shell["files"])
    assert all(path.startswith("/static/") for path in shell["files"])
    again = site.get("/field/worker.js")
    assert again.content == script.content


def test_the_page_that_is_kept_is_nobodys(site, bob):
    page = site.login_as(bob).get("/field/app/").content.decode()
    assert bob.name not in page
    assert bob.email not in page
    assert "csrf" not in page.casefold()


def test_a_home_screen_is_told_what_the_app_is(site, bob):
    told = site.login_as(bob).get("/field/app.webmanifest")
    assert told["Content-Type"].startswith("application/manifest+json")
    manifest = json.loads(told.content)
    assert (manifest["start_url"], manifest["scope"]) == ("/field/app/", "/field/")
    for icon in manifest["icons"]:
        assert finders.find(icon["src"].removeprefix("/static/"))


def test_others_get_none_of_it(site, clara):
    for path in ("app/", "worker.js", "app.webmanifest"):
        assert site.get(f"/field/{path}").status_code == 302
    site.login_as(clara)
    assert site.get("/field/app/").status_code == 403

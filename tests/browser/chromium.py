"""Chromium for tests: opened once, with an ear for complaints and for requests to strangers."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Asks axe, and brings back only what is wrong: all that is right is a megabyte a page.
BROKEN_RULES = """async (tags) => {
  const found = await axe.run({ runOnly: tags, resultTypes: ["violations"], preload: false });
  const shown = (one) => one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" ; ");
  return found.violations.map((one) => `axe ${one.id}: ${shown(one)}`);
}"""
# A page that moves on before its files have come is at no fault.
HARMLESS = ("net::ERR_ABORTED",)


def program() -> str | None:
    """Return where Chromium is on this machine, if it is."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    return os.environ.get("PARKOPS_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


@contextmanager
def opened() -> Iterator[Any]:
    """Give a Chromium; a test that needs it is skipped where there is none."""
    from playwright.sync_api import sync_playwright

    path = program()
    if path is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


def _height(width: int) -> int:
    """Return the height of a screen of this width."""
    return 740 if width < 600 else 800


class Watched:
    """One visitor's browser: a context with a page, and what goes wrong in it."""

    def __init__(
        self, chromium: Any, home: str, *, width: int = 1280, scheme: str = "light", **options: Any
    ) -> None:
        self.home = home
        self.hosts = {urlsplit(home).netloc}
        self.complaints: list[str] = []
        self.strangers: list[str] = []
        self.context = chromium.new_context(
            base_url=home,
            viewport={"width": width, "height": _height(width)},
            color_scheme=scheme,
            reduced_motion="reduce",
            **options,
        )
        self.context.set_default_timeout(45_000)  # a busy machine is no fault of a page
        self.page = self.context.new_page()
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._request)
        self._scheme = scheme

    def _console(self, message: Any) -> None:
        if message.type == "error" and not any(word in message.text for word in HARMLESS):
            self.complaints.append(message.text)

    def _request(self, request: Any) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in {"data", "blob"} and parts.netloc not in self.hosts:
            self.strangers.append(request.url)

    def sign_in(self, session: str) -> "Watched":
        """Carry the cookie of a session."""
        self.context.add_cookies([{"name": "sid", "value": session, "url": self.home}])
        return self

    def turn(self, *, width: int, scheme: str) -> None:
        """Look at the page as it stands on another screen, in another light."""
        size = {"width": width, "height": _height(width)}
        if (self.page.viewport_size, self._scheme) == (size, scheme):
            return
        self.page.set_viewport_size(size)
        self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        self._scheme = scheme

    def faults(self) -> list[str]:
        """Return what is wrong with the page as it stands, in words; nothing is right."""
        if self.page.evaluate("() => !window.axe"):
            self.page.evaluate(Axe().axe_script)
        faults = self.page.evaluate(BROKEN_RULES, WCAG)
        faults += [f"console: {text}" for text in self.complaints]
        faults += [f"asks another host: {url}" for url in self.strangers]
        shape = self.page.evaluate(
            "() => ({wide: document.documentElement.scrollWidth - innerWidth,"
            " heads: document.querySelectorAll('h1').length,"
            " lone: [...document.querySelectorAll('td[data-label]')].filter((cell) => cell.checkVisibility()"
            " && !cell.textContent.trim() && !cell.children.length"
            " && getComputedStyle(cell, '::before').content.length > 6).map((cell) => cell.dataset.label),"
            " cut: [...document.querySelectorAll('.plate')].filter((plate) => plate.checkVisibility()"
            " && plate.scrollWidth > plate.clientWidth + 1).map((plate) => plate.innerText)})"
        )
        if shape["wide"] > 0:
            faults.append(f"scrolls sideways by {shape['wide']} px")
        if shape["lone"]:
            faults.append(f"heads with nothing beside them: {shape['lone']}")
        if shape["cut"]:
            faults.append(f"plates are cut: {shape['cut']}")
        if shape["heads"] != 1:
            faults.append(f"has {shape['heads']} h1")
        self.complaints.clear()
        self.strangers.clear()
        return faults

    def keep_picture(self, name: str) -> None:
        """Write a picture of the page where PARKOPS_PICTURES says, for a person to look at."""
        folder = os.environ.get("PARKOPS_PICTURES")
        if folder:
            self.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)

    def close(self) -> None:
        """Forget this visitor."""
        self.context.close()

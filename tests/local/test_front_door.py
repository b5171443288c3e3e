"""The files that install and run ParkOps agree with each other and with the settings."""

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from parkops.local import probe

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def compose() -> dict:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


@pytest.mark.parametrize("name", ["base", "dev"])
def test_a_lock_pins_each_package_by_hash_and_names_no_host(name):
    text = (ROOT / f"requirements/{name}.txt").read_text()
    assert "://" not in text
    assert "--index" not in text
    for package in re.split(r"\n(?=\S)", text.strip()):
        assert re.match(r"[a-z0-9._-]+(\[[a-z0-9,-]+\])?==", package), package[:60]
        assert "--hash=sha256:" in package, package[:60]


def test_the_locks_agree():
    base, dev = (
        set(re.findall(r"^\S+==\S+", (ROOT / f"requirements/{name}.txt").read_text(), re.MULTILINE))
        for name in ("base", "dev")
    )
    assert base <= dev


def test_the_ci_script_runs_the_tests():
    script = ROOT / ".ci/run"
    assert os.access(script, os.X_OK)
    assert subprocess.run(["bash", "-n", script], check=False).returncode == 0
    assert script.read_text().rstrip().endswith("exec make test")


def test_make_help_names_every_target_that_is_for_people():
    text = (ROOT / "Makefile").read_text()
    targets = set(re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE).group(1).split())
    told = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert set(re.findall(r"make ([a-z-]+)", told.stdout)) >= targets


class TestCompose:
    def test_gives_the_settings_what_they_read(self, compose):
        settings = (ROOT / "parkops/settings.py").read_text()
        for name in compose["x-parkops"]["environment"]:
            assert f'"{name}"' in settings, name

    def test_checks_the_health_of_every_service_that_stays(self, compose):
        for name, service in compose["services"].items():
            assert name == "migrate" or service.get("healthcheck"), name
        for name in ("web", "worker", "beat"):
            assert compose["services"][name]["healthcheck"]["test"][-1] in probe.PROBES

    def test_takes_its_secrets_from_the_environment_only(self, compose):
        asked = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))
        offered = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
        assert asked == offered
        assert re.search(r"^/\.env$", (ROOT / ".gitignore").read_text(), re.MULTILINE)

    def test_hands_web_to_caddy_where_web_listens(self, compose):
        caddy = (ROOT / "Caddyfile").read_text()
        assert "web:8000" in caddy
        assert "--port=8000" in (ROOT / "Dockerfile").read_text()
        assert "command" not in compose["services"]["web"]


class TestProbes:
    def test_of_beat_looks_at_how_fresh_the_schedule_is(self, tmp_path, monkeypatch):
        monkeypatch.setattr(probe, "BEAT_SCHEDULE", tmp_path / "beat")
        assert not probe.is_beat_well()
        written = tmp_path / "beat.db"
        written.touch()
        assert probe.is_beat_well()
        os.utime(written, (1, 1))
        assert not probe.is_beat_well()

    def test_of_web_fails_where_nobody_answers(self, monkeypatch):
        class Refused:
            def __init__(self, *_, **__) -> None: ...
            def request(self, *_, **__) -> None:
                raise ConnectionRefusedError

            def close(self) -> None: ...

        monkeypatch.setattr(probe, "HTTPConnection", Refused)
        assert not probe.is_web_well()

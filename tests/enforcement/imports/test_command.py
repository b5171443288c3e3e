"""The command: what it prints, the report it writes, how it ends."""

import csv
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from enforcement.models import Citation
from tests.enforcement.imports.conftest import HEAD, PLAIN
from tests.enforcement.imports.test_operations import A, B

BAD = "2014-02-30 10:00,METER,36.00,,=HYPERLINK(1)\n"


@pytest.fixture
def run(harbor, tmp_path, monkeypatch):
    """Run `manage.py import` in a folder of its own; returns what it printed."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "map.yaml").write_text(PLAIN)

    def do(*arguments: str) -> str:
        out = StringIO()
        call_command("import", *arguments, stdout=out)
        return out.getvalue()

    return do


def bring(run, *more: str, file: str = "in.csv") -> str:
    return run("citations", "--tenant", "harbor", file, "--mapping", "map.yaml", *more)


def test_it_says_in_one_line_what_became_of_the_file(run, tmp_path, capfd):
    (tmp_path / "in.csv").write_text(HEAD + A + B)
    told = bring(run)
    assert told.endswith(": 2 lines of in.csv: 2 imported, 0 refused.\n")
    assert told.count("\n") == 1
    assert capfd.readouterr().err == ""
    assert not (tmp_path / "in.csv.refused.csv").exists()
    assert "2 known already" in bring(run)


def test_the_report_is_beside_the_file_and_is_safe_in_a_spreadsheet(run, tmp_path):
    (tmp_path / "in.csv").write_text(HEAD + A + "=1+1,METER,-1,,\n" + BAD)
    assert "in.csv.refused.csv" in bring(run)
    with (tmp_path / "in.csv.refused.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["line", "field", "value", "reason"]
    assert [row[:3] for row in rows[1:]] == [
        ["3", "issued", "'=1+1"],
        ["3", "fine", "-1"],
        ["4", "issued", "2014-02-30 10:00"],
    ]
    (tmp_path / "in.csv").write_text(HEAD + A)
    bring(run)
    assert (tmp_path / "in.csv.refused.csv").read_text().strip() == "line,field,value,reason"


def test_the_report_goes_where_it_is_told(run, tmp_path):
    (tmp_path / "in.csv").write_text(HEAD + BAD)
    bring(run, "--report", "why.csv")
    assert "does not exist" in (tmp_path / "why.csv").read_text()
    with pytest.raises(CommandError, match="cannot be written"):
        bring(run, "--report", "nowhere/why.csv")


def test_nothing_is_written_into_a_read_only_folder(run, tmp_path):
    folder = tmp_path / "locked"
    folder.mkdir()
    (folder / "in.csv").write_text(HEAD + BAD)
    folder.chmod(0o555)
    bring(run, file="locked/in.csv")
    assert (tmp_path / "in.csv.refused.csv").exists()
    assert [file.name for file in folder.iterdir()] == ["in.csv"]


def test_a_dry_run_says_so(run, tmp_path):
    (tmp_path / "in.csv").write_text(HEAD + A)
    assert "Dry run, nothing kept: 1 line of in.csv: 1 imported" in bring(run, "--dry-run")
    assert not Citation.objects.exists()


def test_listing_and_undoing(run, tmp_path):
    (tmp_path / "in.csv").write_text(HEAD + A + B)
    batch = bring(run).split(":")[0].removeprefix("Import ")
    assert run("list", "--tenant", "harbor").split("\t")[0] == batch
    assert "2 citations removed" in run("undo", "--tenant", "harbor", batch)
    assert "undone" in run("list", "--tenant", "harbor")
    with pytest.raises(CommandError, match="was undone"):
        run("undo", "--tenant", "harbor", batch)


@pytest.mark.parametrize(
    ("file", "tenant", "told"),
    [
        ("none.csv", "harbor", "cannot be read"),
        (".", "harbor", "cannot be read"),
        ("in.csv", "nobody", "no tenant nobody"),
    ],
)
def test_what_is_not_there_is_said(run, tmp_path, file, tenant, told):
    (tmp_path / "in.csv").write_text(HEAD + A)
    with pytest.raises(CommandError, match=told):
        run("citations", "--tenant", tenant, file, "--mapping", "map.yaml")


def test_a_faulty_mapping_lists_its_faults_with_lines(run, tmp_path, capsys):
    (tmp_path / "in.csv").write_text(HEAD + A)
    (tmp_path / "map.yaml").write_text(PLAIN.replace("  plate: plate", "  plaet: plate"))
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command(
            "import",
            "citations",
            "--tenant",
            "harbor",
            "in.csv",
            "--mapping",
            "map.yaml",
            stdout=out,
        )
    assert out.getvalue() == "map.yaml:7: fields.plaet: plaet is no key here; did you mean plate?\n"

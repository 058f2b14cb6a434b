"""What makes a root of another Debian says in one line what it lacks."""

from pathlib import Path

import pytest

from tests.contract.test_tools import program
from tools import trixie

MIRROR = "http://mirror.example/debian/"


@pytest.fixture
def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of all programs there are: those that are always there, for root."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("mount", "unshare", "chroot"):
        program(folder / name, "exit 0")
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr("os.geteuid", lambda: 0)
    return folder


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Return what a command that fails says."""
    assert trixie.main(arguments) == 1
    output = capsys.readouterr()
    assert output.out == ""
    return output.err.removeprefix("The tests on Debian trixie can't run. ")


@pytest.mark.parametrize("action", ["make", "install", "run"])
def test_without_root_nothing_is_tried(
    commands: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    action: str,
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    problem = "They need root, to make a root of their own and to mount in it.\n"
    assert said(capsys, action, str(tmp_path / "root"), "true") == problem


def test_a_program_that_is_missing_is_named(
    commands: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (commands / "unshare").unlink()
    assert said(capsys, "make", str(tmp_path / "root")) == "They need unshare.\n"


def test_without_debootstrap_and_a_package_manager_that_is_said(
    commands: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    problem = "There is neither a debootstrap nor an apt-get to install it with.\n"
    assert said(capsys, "make", str(tmp_path / "root")) == problem


def test_without_a_mirror_that_is_said(
    commands: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program(commands / "debootstrap", "exit 0")
    program(commands / "apt-get", "exit 0")
    problem = "The package sources of this machine name no mirror of Debian.\n"
    assert said(capsys, "make", str(tmp_path / "root")) == problem


def test_the_mirror_is_known_once_the_lists_are_fetched(commands: Path, tmp_path: Path) -> None:
    lists = tmp_path / "lists"
    script = f'case "$*" in *update) : > {lists};; *) [ -e {lists} ] && echo {MIRROR} && echo other;; esac'
    program(commands / "apt-get", script)
    assert trixie.mirror() == MIRROR


def test_a_step_that_fails_is_named_with_the_last_error_and_the_log(
    commands: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program(commands / "apt-get", f"echo {MIRROR}")
    program(commands / "debootstrap", "echo I: Retrieving; echo E: No route to the mirror; echo; exit 1")
    root = tmp_path / "matrix" / "root"
    (root / "half").mkdir(parents=True)
    log = root.with_name("root.log")
    expected = f"debootstrap failed: E: No route to the mirror (All that was said: {log})\n"
    assert said(capsys, "make", str(root)) == expected
    assert not root.exists(), "what an earlier try left is not taken for a root"

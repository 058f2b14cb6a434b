"""``make demo-edge``: the demo behind Varnish."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

from tests.helpers.demo import ROOT, environment
from tests.varnish.server import SECONDS, ask
from tools.demo_edge import free_port


def test_the_demo_s_help_page_is_kept_until_it_has_helped_somebody(tmp_path: Path) -> None:
    port = free_port()
    demo = subprocess.Popen(
        [sys.executable, "-m", "tools.demo_edge"],
        cwd=ROOT,
        env=environment(tmp_path, PORT=str(port)),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert demo.stdout is not None
    try:
        assert demo.stdout.readline() == (
            f"The demo is up behind Varnish: http://127.0.0.1:{port}/  (Ctrl+C stops it)\n"
        )
        host = {"Host": f"127.0.0.1:{port}"}
        page = ask(port, "/help/", headers=host)
        assert "Nobody has said yet that it helped." in page.text
        assert (page.cache, ask(port, "/help/", headers=host).cache) == ("MISS", "HIT")
        assert ask(port, "/", headers=host).cache == "PASS"

        session = ask(port, "/api/mizan/session/", headers=host)
        token = re.search(r'"csrfToken": ?"(\w+)"', session.text)
        assert token is not None
        own = {**host, "X-CSRFToken": token[1], "Cookie": session.headers["set-cookie"].partition(";")[0]}
        helped = ask(port, "/help/helped/", method="POST", headers={**own, "HX-Request": "true"})
        assert (helped.status, helped.headers["x-mizan-purged"]) == (204, "1")
        again = ask(port, "/help/", headers=host)
        assert (again.cache, "It helped 1 time." in again.text) == ("MISS", True)
    finally:
        demo.send_signal(signal.SIGTERM)
        left, _ = demo.communicate(timeout=SECONDS)
    assert (left, demo.returncode) == ("\nStopped.\n", 0)


def test_without_varnish_it_says_what_is_missing(tmp_path: Path) -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "tools.demo_edge"],
        cwd=ROOT,
        env={**os.environ, "MIZAN_VARNISH": str(tmp_path / "none")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 1
    assert answer.stderr == (
        "The demo can't start behind Varnish: There is no varnishd. On Debian and Ubuntu, as root:"
        " apt-get install varnish varnish-modules. MIZAN_VARNISH names a varnishd that is not on PATH.\n"
    )

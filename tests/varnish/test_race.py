"""A read that is in flight while a mutation commits, step by step with varnishtest."""

import subprocess
from pathlib import Path

import pytest

from mizan_htmx.edge.varnish.vcl import compile_vcl
from tests.varnish.conftest import MANIFEST, tags
from tools import varnish

GROUPS = ", ".join(f'"{tag}"' for tag in tags(5))
#: An answer of the origin, as one line of a varnishtest server.
SHOWN = f"txresp -hdr {{Cache-Groups: {GROUPS}}} -hdr {{CDN-Cache-Control: max-age=600}}"
PURGE = 'txresp -hdr {Cache-Group-Invalidation: "user;user_id=5"}'

# s1 answers the first read, which has seen the old state and is parked while s2 answers the mutation: before
# its headers, or when the client has the headers and no body. s3 answers whoever reads after that.
RACE = """
varnishtest "a read in flight"
barrier bHeld cond 2
barrier bFree cond 2
server s1 {
    rxreq
    expect req.url == "/profile/5/"
    %(parked)s
} -start
server s2 {
    rxreq
    expect req.method == "POST"
    %(purge)s
} -start
server s3 {
    rxreq
    expect req.url == "/profile/5/"
    %(shown)s -hdr "V: 2"
} -start
varnish v1 -arg "-a street=127.0.0.1:0 -a purge=${tmpdir}/purge.sock" -vcl {
    vcl 4.1;
    backend origin { .host = "${s1_addr}"; .port = "${s1_port}"; }
    backend s2 { .host = "${s2_addr}"; .port = "${s2_port}"; }
    backend s3 { .host = "${s3_addr}"; .port = "${s3_port}"; }
    sub vcl_recv {
        if (req.method == "POST") { set req.backend_hint = s2; }
        if (req.http.Later) { set req.backend_hint = s3; }
    }
    %(vcl)s
} -start
client c1 {
    txreq -url "/profile/5/"
    %(received)s
    expect resp.status == 200
    expect resp.http.V == 1
} -start
client c2 %(connect)s {
    barrier bHeld sync
    txreq %(mutation)s
    rxresp
    expect resp.status == 200
    expect resp.http.X-Mizan-Purged == %(purged)s
} -run
client c3 {
    txreq -url "/profile/5/" -hdr "Later: 1"
    rxresp
    expect resp.http.V == 2
    expect resp.http.X-Cache == MISS
    barrier bFree sync
} -run
client c1 -wait
client c4 {
    txreq -url "/profile/5/"
    rxresp
    expect resp.http.V == 2
    expect resp.http.X-Cache == HIT
} -run
"""

PARKED = {
    "head": {
        "parked": f'barrier bHeld sync\n    barrier bFree sync\n    {SHOWN} -hdr "V: 1"',
        "received": "rxresp",
        "purged": 0,
    },
    "body": {
        "parked": f"""{SHOWN} -nolen -hdr "V: 1" -hdr "Content-Length: 3"
    barrier bFree sync
    send "old\"""",
        "received": "rxresphdrs\n    barrier bHeld sync\n    rxrespbody",
        "purged": 1,
    },
}

MUTATIONS = {
    "edge": {"connect": "", "mutation": '-req POST -url "/m/"'},
    "door": {
        "connect": "-connect ${tmpdir}/purge.sock",
        "mutation": '-req PURGEKEYS -hdr {Cache-Group-Invalidation: "user;user_id=5"}',
    },
}


def play(folder: Path, script: str) -> subprocess.CompletedProcess[str]:
    """Run a script of varnishtest."""
    path = folder / "race.vtc"
    path.write_text(script, encoding="utf-8")
    command = [varnish.beside("varnishtest"), "-t", "30", "-D", f"varnishd={varnish.varnishd()}", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def vcl() -> str:
    """Give what stands in the VCL below its version, and without the backend: varnishtest names the port."""
    text = compile_vcl(MANIFEST, origin="origin:1")
    backend = 'backend origin {\n    .host = "origin";\n    .port = "1";\n}\n'
    assert backend in text
    return text.replace("vcl 4.1;\n", "", 1).replace(backend, "")


@pytest.mark.parametrize("by", MUTATIONS)
@pytest.mark.parametrize("parked", PARKED)
def test_a_read_from_before_the_mutation_is_handed_to_nobody_after_it(
    tmp_path: Path, parked: str, by: str
) -> None:
    script = RACE % {**PARKED[parked], **MUTATIONS[by], "purge": PURGE, "shown": SHOWN, "vcl": vcl()}
    answer = play(tmp_path, script)
    assert answer.returncode == 0, answer.stdout


def test_by_purging_alone_the_race_is_lost(tmp_path: Path) -> None:
    """Prove that the script can fail: without numbers in the key, the old state is kept and handed on."""
    lines = [line for line in vcl().split("\n") if "hash_data(req.http.X-Mizan-Generations)" not in line]
    facts = {**PARKED["head"], **MUTATIONS["edge"], "purge": PURGE, "shown": SHOWN}
    script = RACE % {**facts, "vcl": "\n".join(lines)}
    # Whoever reads after the mutation waits for the one before it, which has to be let go first.
    script = script.replace("    barrier bFree sync\n} -run", "} -run")
    script = script.replace("client c3 {\n", "client c3 {\n    barrier bFree sync\n")
    answer = play(tmp_path, script)
    assert answer.returncode == 2
    assert 'EXPECT resp.http.V (1) == "2" failed' in answer.stdout

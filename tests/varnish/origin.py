"""A server behind the edge that answers as a test wants, and keeps the requests."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

#: What an answer of a public context says besides its tags.
PUBLIC = {"Cache-Control": "public, max-age=0, must-revalidate", "CDN-Cache-Control": "max-age=600"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it arrived; header names are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Held:
    """A request that waits: it sets ``arrived``, and is answered after ``go``."""

    arrived: Event = field(default_factory=Event)
    go: Event = field(default_factory=Event)


@dataclass(slots=True)
class Origin:
    """The answers by method and path: status and headers. Each body is the number of the request."""

    port: int = 0
    answers: dict[str, tuple[int, dict[str, str]]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    held: dict[str, Held] = field(default_factory=dict)
    away: bool = False

    def shows(self, path: str, *tags: str, status: int = 200, **headers: str) -> None:
        """Answer a GET as a public context does, with these tags and other headers."""
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        groups = {"Cache-Groups": ", ".join(f'"{tag}"' for tag in tags)} if tags else {}
        self.answers[f"GET {path}"] = (status, {**PUBLIC, **groups, **more})

    def answers_post(self, path: str, status: int = 200, **headers: str) -> None:
        """Answer a POST with these headers; the status 0 closes the connection instead."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[f"POST {path}"] = (status, named)

    def holds(self, path: str) -> Held:
        """Let the next request for a path wait, with its answer already made."""
        return self.held.setdefault(path, Held())


@contextmanager
def serving() -> Iterator[Origin]:
    """Serve on a free port."""
    origin = Origin()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one packet: else the second waits for the first's receipt

        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            named = {name.lower(): value for name, value in self.headers.items()}
            origin.asked.append(Asked(self.command, self.path, named))
            status, headers = origin.answers.get(f"{self.command} {self.path}", (404, {}))
            if status == 0 or origin.away:
                self.close_connection = True
                return
            body = str(len(origin.asked)).encode()
            if held := origin.held.pop(self.path, None):
                held.arrived.set()
                held.go.wait(20)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_DELETE = answer

        def log_message(self, format: str, *arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        origin.port = server.server_address[1]
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield origin
        server.shutdown()
        thread.join()

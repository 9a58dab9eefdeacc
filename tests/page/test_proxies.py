"""The recipes of docs/listening-room.md: a proxy with TLS before the page."""

import contextlib
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from evolve.page.place import PageAddress
from tests.page.visitors import Visitor, served

DOCUMENT = (Path(__file__).parents[2] / "docs" / "listening-room.md").read_text()

pytestmark = pytest.mark.slow


def recipe(language: str) -> str:
    """A configuration, as the document has it."""
    (found,) = re.findall(rf"```{language}\n(.+?)```", DOCUMENT, flags=re.DOTALL)
    return str(found)


def needs(program: str) -> str:
    """Where a program lies; skips the test where it is not installed."""
    found = shutil.which(program, path="/usr/sbin:/usr/local/bin:/usr/bin:/bin")
    if found is None:
        pytest.skip(f"{program} is not installed")
    return found


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for this machine, with its key beside it."""
    made = tmp_path / "listen.pem"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    files = ["-keyout", str(tmp_path / "listen.key"), "-out", str(made)]
    subprocess.run(
        [needs("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", *files, *subject],
        check=True, capture_output=True,
    )  # fmt: skip
    return made


@contextlib.contextmanager
def proxy(*command: str) -> Iterator[None]:
    """A proxy that runs; ended afterwards."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        try:
            yield
        finally:
            running.terminate()


def judged_through(url: str, address: str, certificate: Path) -> None:
    """Come in through the proxy, hear of a change, and make a move."""
    client = httpx.Client(base_url=url, verify=str(certificate), timeout=30)
    end = time.monotonic() + 30
    while True:
        with contextlib.suppress(httpx.ConnectError):
            entered = client.get(address)
            break
        assert time.monotonic() < end
        time.sleep(0.1)
    assert entered.status_code == 303
    assert "secure" in entered.headers["set-cookie"].lower()
    visitor = Visitor(client, url)
    assert visitor.moved("top", letter="C")["tiers"][0] == ["C"]
    with client.stream("GET", "/api/events") as events:
        assert next(events.iter_lines()) == "event: state"
    assert visitor.posted("/api/cast", {}, Origin=url.replace("https", "http")).status_code == 403


def test_the_recipe_for_nginx_works(run: Path, tmp_path: Path, certificate: Path) -> None:
    """TLS before it, the page behind it; moves, events and cookies pass."""
    nginx, public, port = needs("nginx"), free_port(), free_port()
    written = recipe("nginx").replace("listen 443 ssl", f"listen 127.0.0.1:{public} ssl").replace("8123", str(port))
    written = written.replace("listen.example.org", "localhost").replace("/etc/ssl", str(certificate.parent))
    places = "".join(
        f"{name}_temp_path {tmp_path / name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (tmp_path / "nginx.conf").write_text(
        f"daemon off;\nmaster_process off;\npid {tmp_path}/pid;\nerror_log {tmp_path}/errors;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{places}{written}}}\n"
    )
    url = f"https://localhost:{public}"
    with (
        served(run, PageAddress(port=port, url=url, listeners=("ann",))) as page,
        proxy(nginx, "-c", str(tmp_path / "nginx.conf"), "-p", str(tmp_path)),
    ):
        judged_through(url, page.page.address_of("ann"), certificate)


def test_the_recipe_for_caddy_works(run: Path, tmp_path: Path, certificate: Path) -> None:
    """The same, with the certificate given instead of asked for."""
    caddy, public, port = needs("caddy"), free_port(), free_port()
    written = recipe("caddy").replace("listen.example.org", f"localhost:{public}").replace("8123", str(port))
    given = f"tls {certificate} {certificate.with_suffix('.key')}\n"
    written = written.replace("{\n", "{\n    " + given, 1)
    (tmp_path / "Caddyfile").write_text(f"{{\nadmin off\nauto_https disable_redirects\n}}\n{written}")
    url = f"https://localhost:{public}"
    with (
        served(run, PageAddress(port=port, url=url, listeners=("ann",))) as page,
        proxy(caddy, "run", "--config", str(tmp_path / "Caddyfile"), "--adapter", "caddyfile"),
    ):
        judged_through(url, page.page.address_of("ann"), certificate)

"""``docker/``: no engine is at hand, so everything it names is checked, and what can run without one is run."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from stack_harness import PROJECT, Miyagi, Running

DOCKER = PROJECT / "docker"
READ_BY_CKAN = {
    "CKAN_SQLALCHEMY_URL",
    "CKAN_DATASTORE_WRITE_URL",
    "CKAN_DATASTORE_READ_URL",
    "CKAN_REDIS_URL",
    "CKAN_SOLR_URL",
    "CKAN_SITE_URL",
}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load((DOCKER / "compose.yaml").read_text(encoding="utf-8"))


def test_services(compose: dict[str, Any]) -> None:
    """The services of the issue, each from an image with a version or from a Dockerfile."""
    services = compose["services"]
    assert set(services) == {"caddy", "ckan", "worker", "harvest", "kpi", "solr", "postgres", "redis"}
    for name, service in services.items():
        assert re.search(r":\d", service["image"]), f"{name} has no pinned version"
    assert set(compose["services"]["ckan"]["environment"]) >= READ_BY_CKAN
    for name in ("worker", "harvest", "kpi"):
        assert set(services[name]["environment"]) == READ_BY_CKAN
    assert [name for name, service in services.items() if "ports" in service] == ["caddy"]


def test_every_path_exists(compose: dict[str, Any]) -> None:
    """Build contexts, Dockerfiles and mounted files are there; named volumes are declared."""
    for service in compose["services"].values():
        if build := service.get("build"):
            context = (DOCKER / build["context"]).resolve()
            assert context == PROJECT
            assert (context / build["dockerfile"]).is_file()
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert (DOCKER / source).exists() if source.startswith(".") else source in compose["volumes"], volume


def test_dependencies_have_health_checks(compose: dict[str, Any]) -> None:
    """What others wait for exists and can be asked whether it is healthy."""
    services = compose["services"]
    for service in services.values():
        for name, condition in service.get("depends_on", {}).items():
            assert condition == {"condition": "service_healthy"}
            assert "healthcheck" in services[name]


def test_every_variable_is_in_the_example() -> None:
    """``.env.example`` names exactly the variables the compose file asks for."""
    asked = set(re.findall(r"\$\{(\w+)", (DOCKER / "compose.yaml").read_text(encoding="utf-8")))
    given = set(re.findall(r"^(\w+)=", (DOCKER / ".env.example").read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert asked == given


@pytest.mark.parametrize("dockerfile", ["Dockerfile", "solr/Dockerfile"])
def test_copied_files_exist(dockerfile: str) -> None:
    """Each COPY takes something that is there and that .dockerignore does not leave out."""
    ignored = (PROJECT / ".dockerignore").read_text(encoding="utf-8").split()
    copies = re.findall(r"^COPY (.+)$", (DOCKER / dockerfile).read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert copies
    for line in copies:
        *sources, _target = line.split()
        for source in sources:
            assert (PROJECT / source).exists(), source
            assert source not in ignored


def test_entry_point_is_sound() -> None:
    """The shell can read it, and the files it names are in the image."""
    script = DOCKER / "entrypoint.sh"
    subprocess.run(["sh", "-n", str(script)], check=True)
    named = re.findall(r"/srv/miyagi/(\S+)", script.read_text(encoding="utf-8"))
    assert len(named) >= 3
    for path in named:
        assert (PROJECT / path).is_file(), path


def test_databases_and_ini(served: tuple[Miyagi, Running, str], tmp_path: Path) -> None:
    """``initialise.py`` against a real PostgreSQL, twice: roles, databases, a reader that only reads, and the ini."""
    sockets = served[0].home / "run" / "s" / "postgres"
    if not sockets.exists():
        pytest.skip("sockets lie elsewhere because the path is too long")
    address = f"postgresql://%s:secret@/%s?host={sockets}"
    env = {
        "SUPERUSER_URL": f"postgresql://postgres@/postgres?host={sockets}",
        "CKAN_HOME": str(tmp_path),
        "DOCKER_SQLALCHEMY_URL": address % ("ckan_docker", "ckan_docker"),
        "DOCKER_DATASTORE_READ_URL": address % ("reader_docker", "datastore_docker"),
    }
    script = f"""
import os, runpy, psycopg2
for name in ("SQLALCHEMY_URL", "DATASTORE_READ_URL"):
    os.environ["CKAN_" + name] = os.environ["DOCKER_" + name]
os.environ["CKAN_DATASTORE_WRITE_URL"] = os.environ["CKAN_SQLALCHEMY_URL"].replace("/ckan_docker?", "/datastore_docker?")
os.environ.update(CKAN_REDIS_URL="redis://redis/0", CKAN_SOLR_URL="http://solr/solr/ckan", CKAN_SITE_URL="https://example.jp")
for _ in range(2):
    runpy.run_path({str(DOCKER / "initialise.py")!r}, run_name="__main__")
writer = psycopg2.connect(os.environ["CKAN_DATASTORE_WRITE_URL"]).cursor()
writer.execute("CREATE TABLE t (a int); INSERT INTO t VALUES (7); COMMIT")
reader = psycopg2.connect(os.environ["CKAN_DATASTORE_READ_URL"]).cursor()
reader.execute("SELECT a FROM t")
assert reader.fetchone() == (7,)
try:
    reader.execute("CREATE TABLE u (a int)")
except psycopg2.errors.InsufficientPrivilege:
    print("reader only reads")
"""
    code, text = served[0].run("python", "-c", script, **env)
    assert code == 0, text
    assert "reader only reads" in text
    ini = (tmp_path / "ckan.ini").read_text(encoding="utf-8")
    assert "solr_url = http://solr/solr/ckan" in ini
    assert "ckan.site_url = https://example.jp" in ini

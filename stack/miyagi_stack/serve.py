"""``./miyagi serve``: everything up, until somebody stops it."""

from __future__ import annotations

import sys

from miyagi_stack import overrides, owner, site, versions, wording
from miyagi_stack.errors import StackError
from miyagi_stack.home import Home
from miyagi_stack.progress import Progress
from miyagi_stack.services import worker
from miyagi_stack.services.base import Command
from miyagi_stack.site import Site
from miyagi_stack.supervisor import Stopped, Supervisor, Work

NAME = "serve"


def serve(home: Home, port: int, progress: Progress, *, demo: bool = False) -> int:
    """Run the catalogue on ``port`` until Ctrl-C, SIGTERM or ``./miyagi stop``.

    :param demo: harvest the samples as well
    :returns: exit code
    :raises StackError: it cannot start, or one of its services has died
    """
    this = Site(home, port)
    with owner.own(home, NAME, progress, this.web.address, patience=60):
        if not site.is_free(port):
            raise wording.port_in_use(port)
        versions.mark_home(home)
        site.move_solr_if_taken(home)
        this.write_ini()
        this.forget_stale_index()
        try:
            with Supervisor(home, progress) as supervisor:
                start(this, supervisor)
                if demo:
                    supervisor.run(harvest_samples(this, supervisor))
                owner.tell(home, NAME, this.web.address, ready=True)
                progress.close()
                print(wording.open_at(this.web.address, home.first_login), flush=True)
                supervisor.watch()
        except Stopped:
            print(wording.STOPPED, file=sys.stderr)
    return 0


def start(this: Site, supervisor: Supervisor) -> None:
    """Bring up services, databases, web server and workers, each as soon as what it needs is there."""
    servers = {"postgres", "redis", "solr"} & overrides.needed()
    web = supervisor.bring_up(this.web, after={"database", *servers})
    workers = (supervisor.bring_up(make(this.home, this.ini), after={"web"}) for make in (worker.background, worker.harvest, worker.kpi))
    supervisor.run(
        *(supervisor.bring_up(service) for service in this.services()),
        this.prepare(supervisor, publish=True),
        web,
        *workers,
    )


def harvest_samples(this: Site, supervisor: Supervisor) -> Work:
    """Harvest the sample portals; done before, it changes nothing. Where it fails, the catalogue runs without them."""
    step = wording.STEPS["demo"]
    supervisor.progress.begin(step)
    argv = [str(this.home.env / "bin" / "ckan"), "-c", str(this.ini), "miyagiict", "harvest", "demo"]
    command = Command(argv, log=this.home.log / "demo.log", cwd=this.home.run)
    try:
        yield from supervisor.finish("demo", command, step)
    except StackError:
        supervisor.progress.drop(step)
        supervisor.progress.line(wording.demo_failed(command.log))
        return
    supervisor.progress.done(step)
    supervisor.progress.line(f"  {wording.demo_at(this.web.address)}")

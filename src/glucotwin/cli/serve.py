"""``glucotwin serve``: the service, with nothing else to be set up."""

import logging
import os
import sys
import webbrowser
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from glucotwin.cli.authority import operator_profile
from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.core.profile import Profile

if TYPE_CHECKING:
    from glucotwin.service.replay import Replay
    from glucotwin.service.run import ServiceServer
    from glucotwin.service.state import Service
    from glucotwin.store.database import Database

URL_VARIABLE = "GLUCOTWIN_DATABASE_URL"
"""Environment variable with the address of another database than the embedded one."""
DEMO = "demo"
LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})


@click.command("serve", cls=Command, examples=("glucotwin serve", "glucotwin serve --demo", "glucotwin serve --port 0"))
@click.option(
    "--data",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the installation; by default one of this user's own.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Name or address to answer at.")
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="0 takes any free one.")
@click.option("--no-browser", is_flag=True, help="Do not open the page in a browser.")
@click.option("--closed", is_flag=True, help="Let nobody make an account by themselves.")
@click.option("--demo", is_flag=True, help="Show an open person's data as a live stream, in a folder of its own.")
@click.option(
    "--every",
    "every_s",
    type=click.FloatRange(0.2, 300.0),
    default=5.0,
    show_default=True,
    help="Seconds that five minutes of the demonstration take.",
)
@click.pass_obj
def command(
    console: Console,
    folder: Path | None,
    host: str,
    port: int,
    no_browser: bool,
    closed: bool,
    demo: bool,
    every_s: float,
) -> None:
    """Serve the HTTP interface, and the dashboard where it is installed, until Ctrl-C.

    Without configuration a database is started in the data folder. GLUCOTWIN_DATABASE_URL names another one, as its
    owner; GLUCOTWIN_PROFILE sets the profile, which is review by default. GLUCOTWIN_SMTP_URL and GLUCOTWIN_MAIL_FROM
    let alarms go out by e-mail, GLUCOTWIN_PRIVATE_TARGETS=1 lets webhooks reach private networks.
    """
    from glucotwin.core.message import message
    from glucotwin.service.log import set_up_logs
    from glucotwin.service.outgoing import outgoing_of
    from glucotwin.service.run import address_of, bind, run_service
    from glucotwin.service.state import Service
    from glucotwin.service.watch import Watch
    from glucotwin.service.worker import Worker
    from glucotwin.store.data_folder import default_data_folder, open_data_folder

    chosen = folder or default_data_folder() / (DEMO if demo else "data")
    profile = operator_profile(Profile.REVIEW)
    set_up_logs(logging.INFO if console.verbose or not sys.stderr.isatty() else logging.WARNING)
    with ExitStack() as stack:
        bound = stack.enter_context(bind(host, port))
        console.say(message("serve-starting"))
        database = stack.enter_context(open_data_folder(chosen, url=os.environ.get(URL_VARIABLE) or None))
        service = Service(
            database=database, profile=profile, registration_open=not closed, outgoing=outgoing_of(os.environ, database)
        )
        replay = _begin_demo(console, service, database, every_s) if demo else None
        url = address_of(bound)

        def ready(_: "ServiceServer") -> None:
            _announce(console, url, chosen, is_local=host in LOCAL)
            if not no_browser:
                webbrowser.open(url)

        beside = (Worker(service), Watch(service), *(() if replay is None else (replay,)))
        work = [one.running() for one in beside]
        run_service(service, bound, work=work, ready=ready)
    console.say(message("serve-stopped"))


def _begin_demo(console: Console, service: "Service", database: "Database", every_s: float) -> "Replay":
    from glucotwin.core.message import message
    from glucotwin.service.replay import Replay
    from glucotwin.workflows.living.demo import prepare_demo

    with console.progress(message("demo-progress")) as progress:
        demo = prepare_demo(database, progress=progress)
    console.say(message("demo-attribution"))
    replay = Replay(service, demo, every_s=every_s)
    console.say(message("serve-warming"))
    service.warm_up(demo.account_id, demo.person_id)
    return replay


def _announce(console: Console, url: str, folder: Path, *, is_local: bool) -> None:
    from glucotwin.core.message import message

    if console.as_json:
        console.write_json({"url": url, "data": str(folder.resolve())})
    else:
        console.write(message("serve-open", url=url))
    console.say(message("serve-data", path=str(folder.resolve())))
    if not is_local:
        console.warn(message("serve-outside"))
    console.say(message("not-a-medical-device"))
    console.say(message("serve-stop"))

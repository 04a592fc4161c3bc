"""Serves an installation until Ctrl-C, for ``glucotwin serve`` and ``glucotwin demo``."""

import logging
import os
import sys
import webbrowser
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, TypeVar

import click

from glucotwin.cli.authority import operator_profile
from glucotwin.cli.console import Console
from glucotwin.cli.installation import data_option, database_url
from glucotwin.core.profile import Profile

if TYPE_CHECKING:
    from glucotwin.forecast.learned import Learned
    from glucotwin.service.identity.provider import Provider
    from glucotwin.service.run import ServiceServer
    from glucotwin.service.state import Service

LEARNED = "GLUCOTWIN_LEARNED"
"""Environment variable with a file that ``glucotwin forecast train`` wrote."""
LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})

Function = TypeVar("Function", bound=Callable[..., object])
Beside = Callable[[], AbstractAsyncContextManager[None]]


class ServingArguments(TypedDict):
    """What click hands over for the options of ``serving_options``."""

    folder: Path
    host: str
    port: int
    no_browser: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """Where to serve what.

    Attributes:
        folder: of the installation; it is made where it is missing.
        host, port: to answer at; port 0 takes any free one.
        no_browser: do not open the page.
        profile: unless the operator sets another.
        closed: nobody makes an account by themselves.
    """

    folder: Path
    host: str
    port: int
    no_browser: bool
    profile: Profile
    closed: bool


def serving_options(name: str) -> Callable[[Function], Function]:
    """Adds the options that say where an installation lies, by default in a folder of this name, and answers."""
    options = (
        data_option(name),
        click.option("--host", default="127.0.0.1", show_default=True, help="Name or address to answer at."),
        click.option(
            "--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="0 takes any free one."
        ),
        click.option("--no-browser", is_flag=True, help="Do not open the page in a browser."),
    )

    def add(function: Function) -> Function:
        for option in reversed(options):
            function = option(function)
        return function

    return add


def serve(console: Console, serving: Serving, *, begin: "Callable[[Service], Beside] | None" = None) -> None:
    """Serves until Ctrl-C or SIGTERM.

    Args:
        console: to talk to.
        serving: where to serve what.
        begin: called with the service before it answers; gives work that goes on beside it.

    Raises:
        ConflictError: the address or the folder is in use.
    """
    from glucotwin.core.message import message
    from glucotwin.service.log import set_up_logs
    from glucotwin.service.outgoing import outgoing_of
    from glucotwin.service.run import address_of, bind, run_service
    from glucotwin.service.state import Service
    from glucotwin.service.watch import Watch
    from glucotwin.service.worker import Worker
    from glucotwin.store.data_folder import open_data_folder
    from glucotwin.workflows.living.memory import Memory

    profile, provider, learned = operator_profile(serving.profile), _provider(), _learned()
    set_up_logs(logging.INFO if console.verbose or not sys.stderr.isatty() else logging.WARNING)
    with ExitStack() as stack:
        bound = stack.enter_context(bind(serving.host, serving.port))
        console.say(message("serve-starting"))
        database = stack.enter_context(open_data_folder(serving.folder, url=database_url()))
        service = Service(
            database=database,
            profile=profile,
            registration_open=not serving.closed,
            outgoing=outgoing_of(os.environ, database),
            provider=provider,
            memory=Memory(learned),
        )
        own = [] if begin is None else [begin(service)]
        url = address_of(bound)

        def ready(_: "ServiceServer") -> None:
            _announce(console, serving, url)
            if not serving.no_browser:
                webbrowser.open(url)

        work = [one() for one in (Worker(service).running, Watch(service).running, *own)]
        run_service(service, bound, work=work, ready=ready)
    console.say(message("serve-stopped"))


def _provider() -> "Provider | None":
    """The provider of identities that the operator set, if any; what it needs is only loaded then.

    Raises:
        DataError: it is set in part or wrongly, or the extra that it needs is not installed.
    """
    from glucotwin.core.error import DataError, ErrorCode
    from glucotwin.core.message import message
    from glucotwin.service.identity.setting import ISSUER, provider_settings_of

    settings = provider_settings_of(os.environ)
    if settings is None:
        return None
    try:
        from glucotwin.service.identity.provider import Provider
    except ImportError as error:
        hint = message("provider-no-extra-hint")
        raise DataError(ErrorCode.INVALID_VALUE, message("provider-no-extra", name=ISSUER), hint=hint) from error
    return Provider(settings)


def _learned() -> "Learned | None":
    """What the operator has had learned on top of twins, if anything.

    Raises:
        DataError: the file is missing, is something else, or was made by another version.
    """
    path = os.environ.get(LEARNED)
    if not path:
        return None
    from glucotwin.forecast.learned_archive import load_learned

    return load_learned(Path(path))


def _announce(console: Console, serving: Serving, url: str) -> None:
    from glucotwin.core.message import message

    if console.as_json:
        console.write_json({"url": url, "data": str(serving.folder.resolve())})
    else:
        console.write(message("serve-open", url=url))
    console.say(message("serve-data", path=str(serving.folder.resolve())))
    if serving.host not in LOCAL:
        console.warn(message("serve-outside"))
    console.say(message("not-a-medical-device"))
    console.say(message("serve-stop"))

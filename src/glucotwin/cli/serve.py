"""``glucotwin serve``: the service, with nothing else to be set up."""

from typing import Unpack

import click

from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.serving import Serving, ServingArguments, serve, serving_options
from glucotwin.core.profile import Profile


@click.command("serve", cls=Command, examples=("glucotwin serve", "glucotwin serve --port 0 --no-browser"))
@serving_options("data")
@click.option("--closed", is_flag=True, help="Let nobody make an account by themselves.")
@click.pass_obj
def command(console: Console, closed: bool, **where: Unpack[ServingArguments]) -> None:
    """Serve the dashboard and the HTTP interface until Ctrl-C.

    Without configuration a database is started in the data folder. GLUCOTWIN_DATABASE_URL names another one, as its
    owner; GLUCOTWIN_PROFILE sets the profile, which is review by default. GLUCOTWIN_SMTP_URL and GLUCOTWIN_MAIL_FROM
    let alarms go out by e-mail, GLUCOTWIN_PRIVATE_TARGETS=1 lets webhooks reach private networks.
    GLUCOTWIN_LEARNED names a file of ``glucotwin forecast train`` by which forecasts and alarms are corrected.
    """
    serve(console, Serving(**where, profile=Profile.REVIEW, closed=closed))

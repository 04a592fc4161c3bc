"""``glucotwin devices list``: sensors, pumps, pens, monitors and watches of virtual people."""

from collections.abc import Mapping

import click

from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.table import aligned


@click.command("list", cls=Command, examples=("glucotwin devices", "glucotwin devices list --json"))
@click.pass_obj
def command(console: Console) -> None:
    """List the devices that virtual people can wear, and the faults that these can have.

    With --json each also has its sources, what is assumed, and a verdict. Names are those of --sensor, --pump and
    --fault of glucotwin loop run.
    """
    from glucotwin.core.message import message
    from glucotwin.workflows.devices import list_devices, list_fault_rates, list_faults

    devices, faults = list_devices(), list_faults()
    if console.as_json:
        console.write_json({"devices": devices, "faults": faults, "fault_rates": list_fault_rates()})
        return
    header = tuple(message(f"devices-column-{name}") for name in ("kind", "name", "title", "mard"))
    rows = [(str(one["kind"]), str(one["name"]), str(one["title"]), _mard(one["published"])) for one in devices]
    console.write(aligned([header, *rows], right=frozenset({3})))
    header = tuple(message(f"devices-column-{name}") for name in ("fault", "device", "size", "bounds"))
    rows = [(str(one["kind"]), str(one["device"]), str(one["unit"]) or "-", _bounds(one)) for one in faults]
    console.write("\n" + aligned([header, *rows]))


def _mard(published: object) -> str:
    mard = published.get("mard_pct") if isinstance(published, Mapping) else None
    return "" if mard is None else f"{mard} %"


def _bounds(fault: Mapping[str, object]) -> str:
    return f"{fault['low']:g} to {fault['high']:g}" if fault["unit"] else "-"

"""Mapping files: how a model in SBML hangs in a body."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from glucotwin.core.yaml_file import parse_yaml, read_yaml_text

HINT = "docs/how-to/sbml.md describes mapping files."
Identifier = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]


class Start(StrEnum):
    """Where the model begins."""

    REST = "rest"
    FILE = "file"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Feed(_Part):
    """What a signal of the body tells the model: ``gain`` times the signal, plus ``offset``.

    Attributes:
        signal: name of a signal, such as ``insulin_pmoll``.
        gain: from the signal's unit to the model's.
        offset: added, in the model's unit.
    """

    signal: str
    gain: float = 1.0
    offset: float = 0.0


class Dose(_Part):
    """A medicine or insulin that flows into a state of the model.

    Attributes:
        medicine: its name in the person's records, in mg; or
        insulin: an insulin product, in U.
        gain: what one mg or U adds to the state, in the model's unit.
    """

    medicine: str = ""
    insulin: str = ""
    gain: float = 1.0


class Effect(_Part):
    """What a quantity of the model does to a signal of the body.

    Attributes:
        signal: a modifier (``…_factor``), which is multiplied, or a flow, which is added to.
        quantity: state, rule, parameter or species of the model, by its identifier.
        relative: compare with the quantity's value at rest, so that a model at rest changes nothing.
        gain: how strongly. A modifier is multiplied by 1 + gain (value / rest - 1), or by gain times the value plus
            ``offset`` when not relative; a flow gets gain (value - rest), or gain times the value plus ``offset``.
        offset: see there.
    """

    signal: str
    quantity: Identifier
    relative: bool = True
    gain: float = 1.0
    offset: float = 0.0


class OrganMapping(_Part):
    """A mapping file.

    Attributes:
        model: SBML file, from the mapping's own folder on.
        name: of the organ in its body.
        minutes_per_time: how many minutes the model's unit of time has. Always to be said: SBML takes seconds where a
            file says nothing, and many files that say nothing mean minutes.
        feeds: signals by the constant or held species that they set.
        doses: medicines by the state that they flow into.
        effects: what the model does to the body.
        values: other values of constants, held species and starts of states.
        start: begin where the model settles in this body at rest, or with the file's own values.
        rest_within: how long settling may take, in the model's unit of time.
        steps_per_min: implicit steps of each minute.
    """

    model: str
    name: Identifier
    minutes_per_time: Annotated[float, Field(gt=0.0)]
    feeds: dict[Identifier, Feed] = {}
    doses: dict[Identifier, Dose] = {}
    effects: Annotated[tuple[Effect, ...], Field(min_length=1)]
    values: dict[Identifier, float] = {}
    start: Start = Start.REST
    rest_within: Annotated[float, Field(gt=0.0)] = 10_000.0
    steps_per_min: Annotated[int, Field(ge=1, le=1000)] = 2


def read_mapping(path: Path) -> OrganMapping:
    """A mapping file.

    Raises:
        DataError: it is not there, is no YAML, or a field is wrong; names line and field.
    """
    return parse_yaml(read_yaml_text(path, hint=HINT), OrganMapping, name=path.name, hint=HINT)

"""What was learned on top of the twin, ready to forecast with: stacks and widths by horizon, and people's profiles."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.progress import ProgressCallback, silent
from glucotwin.core.provenance import Manifest, make_manifest
from glucotwin.forecast.case import Case, ahead_steps
from glucotwin.forecast.person_profile import PersonProfile, mean_profile
from glucotwin.forecast.recalibration import Recalibration, fit_recalibration
from glucotwin.forecast.stack import HYBRID, Stack, teach_stack
from glucotwin.forecast.tree import POOLED, TreeSettings

LEARNED_SCHEMA = "glucotwin-learned/1"

LEARNED_HORIZONS_MIN = (15, 30, 60, 120, 240)
"""Where forecasts are corrected; between them corrections are interpolated. Beyond the last they stay."""

FEWEST_ORIGINS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedHorizon:
    """What was learned for one horizon."""

    stack: Stack
    recalibration: Recalibration


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What was learned on top of twins.

    Attributes:
        feature_names: of the features, the mechanism's last, in their order.
        horizons: by minutes ahead, rising.
        profiles: by person, what their training days say.
        general_profile: stands in for everybody else.
        manifest: versions, inputs, settings.
    """

    feature_names: tuple[str, ...]
    horizons: Mapping[int, LearnedHorizon]
    profiles: Mapping[str, PersonProfile]
    general_profile: PersonProfile
    manifest: Manifest

    def profile_of(self, person_id: str) -> PersonProfile:
        """The person's profile, or the general one."""
        return self.profiles.get(person_id, self.general_profile)


def learn(
    cases: Sequence[Case],
    horizons: Sequence[int] = LEARNED_HORIZONS_MIN,
    *,
    settings: TreeSettings = POOLED,
    inputs: Mapping[str, str] | None = None,
    progress: ProgressCallback = silent,
) -> Learned:
    """Learns on top of people's twins from their training parts.

    Args:
        cases: the people.
        horizons: minutes ahead.
        settings: of pooled trees.
        inputs: hashes of what was learned from, by role, for the manifest.
        progress: told the horizon and the fraction done.

    Raises:
        DataError: there are too few origins to learn from.
    """
    found: dict[int, LearnedHorizon] = {}
    for number, horizon in enumerate(sorted(horizons)):
        progress(f"{horizon} min", number / len(horizons))
        taught = teach_stack(cases, ahead_steps(horizon), HYBRID, settings)
        if taught.held_back.rows < FEWEST_ORIGINS:
            raise DataError(
                ErrorCode.TOO_LITTLE_DATA,
                f"There are {taught.held_back.rows} origins to judge what was learned {horizon} min ahead; "
                f"{FEWEST_ORIGINS} are needed.",
                hint="Give longer records, or more people's.",
            )
        recalibration = fit_recalibration(taught.held_back, taught.predicted_mgdl)
        found[horizon] = LearnedHorizon(stack=taught.stack, recalibration=recalibration)
    profiles = {case.person_id: case.profile for case in cases}
    return Learned(
        feature_names=(*cases[0].plain.names, *cases[0].mechanism.names),
        horizons=found,
        profiles=profiles,
        general_profile=mean_profile(list(profiles.values())),
        manifest=make_manifest(
            LEARNED_SCHEMA, inputs=inputs, settings={"horizons_min": sorted(horizons), "people": len(cases)}
        ),
    )

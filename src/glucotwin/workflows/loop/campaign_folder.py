"""Where a campaign keeps what it has finished, so that a killed run goes on from there."""

from collections.abc import Sequence
from pathlib import Path

from glucotwin.core.provenance import sha256_of_json
from glucotwin.physiology.subject import Subject
from glucotwin.workflows.loop.campaign_file import CampaignFile
from glucotwin.workflows.part_folder import PartFolder

SCHEMA = "glucotwin-campaign-run/1"


class CampaignFolder(PartFolder):
    """The folder of a campaign's parts."""

    def __init__(
        self,
        path: Path | None,
        file: CampaignFile,
        people: Sequence[Subject],
        days: Sequence[dict[str, object]],
    ) -> None:
        """Makes the folder, or passes when it holds parts of the same campaign.

        Args:
            path: of the folder; None keeps nothing.
            file: the campaign.
            people: all of them.
            days: all that decides what happens on their days.

        Raises:
            ConflictError: the folder holds something else.
        """
        settings: dict[str, object] = {
            "campaign": file.model_dump(mode="json"),
            "days": list(days),
            "people_sha256": sha256_of_json([(one.name, one.weight_kg, dict(one.values)) for one in people]),
        }
        super().__init__(path, SCHEMA, settings, kind="campaign")

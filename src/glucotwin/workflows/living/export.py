"""Use case: hand a person everything that is kept of them, in formats that other programs read."""

import io
import json
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path

from glucotwin.domain.archive import save_timeline
from glucotwin.domain.person import Person
from glucotwin.store.access import Action, access_to
from glucotwin.store.alarm import read_alarms
from glucotwin.store.artefact import LINEAGE, WORK, unpacked_folder
from glucotwin.store.consent import list_consents
from glucotwin.store.desk import Desk
from glucotwin.store.forecast import read_forecasts
from glucotwin.store.person import read_person
from glucotwin.store.proposal import list_proposals
from glucotwin.workflows.living.advice import proposal_json
from glucotwin.workflows.living.alarm_settings import alarm_settings_of
from glucotwin.workflows.living.data import person_json
from glucotwin.workflows.living.envelope import envelope_json, envelopes_of
from glucotwin.workflows.living.memory import Memory
from glucotwin.workflows.living.moment_advice import moment_document, moments_kept
from glucotwin.workflows.living.questionnaire import known_at, response_json, responses_of

MOST_ALARMS = 10_000


def export_person(desk: Desk, memory: Memory, person_id: str, *, named: bool, whole: bool) -> bytes:
    """A zip archive: the timeline (``glucotwin-timeline/1``) and, if whole, everything else that is kept.

    Args:
        desk: of an account that may read.
        memory: what is remembered.
        person_id: whose.
        named: whether the name is in it.
        whole: whether more than the data is in it.

    Raises:
        NotFoundError: there is no such person within reach.
    """
    timeline = memory.timeline(desk, person_id)
    if not named:
        timeline = replace(timeline, person=_pseudonymous(timeline.person))
    buffer = io.BytesIO()
    work = desk.keystore.folder.parent / WORK
    work.mkdir(exist_ok=True, mode=0o700)
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive, tempfile.TemporaryDirectory(dir=work) as place:
        _add_folder(archive, save_timeline(timeline, Path(place) / "timeline"), "timeline")
        if whole:
            with unpacked_folder(desk, person_id, LINEAGE, work) as folder:
                if folder.exists():
                    _add_folder(archive, folder, "twin")
            for name, content in _documents(desk, person_id).items():
                archive.writestr(f"{name}.json", json.dumps(content, indent=1, ensure_ascii=False))
    return buffer.getvalue()


def _documents(desk: Desk, person_id: str) -> dict[str, object]:
    consents, known = list_consents(desk, person_id), known_at(desk)
    access = access_to(desk, person_id, Action.SEE_ADVICE)
    proposals = list_proposals(desk, access)
    return {
        "person": person_json(read_person(desk, person_id)),
        "forecasts": [one.to_json() | {"forecast": one.forecast.to_json()} for one in read_forecasts(desk, person_id)],
        "alarm-settings": alarm_settings_of(desk, person_id).model_dump(mode="json"),
        "alarms": list(read_alarms(desk, person_id, most=MOST_ALARMS)),
        "questionnaires": [response_json(known, one) for one in responses_of(desk, known, person_id)],
        "proposals": [proposal_json(one, str) for one in proposals],
        "envelopes": [envelope_json(one, str) for one in envelopes_of(desk, access)],
        "moment-advice": [moment_document(one) for one in moments_kept(desk, access)],
        "consents": [
            {
                "purpose": str(one.purpose),
                "status": one.status,
                "version": one.version,
                "granted_at": None if one.granted_at is None else one.granted_at.isoformat(),
                "revoked_at": None if one.revoked_at is None else one.revoked_at.isoformat(),
            }
            for one in consents
        ],
    }


def _pseudonymous(person: Person) -> Person:
    return replace(person, person_id=person.person_id[:8])


def _add_folder(archive: zipfile.ZipFile, folder: Path, name: str) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.endswith(".lock"):
            archive.write(path, f"{name}/{path.relative_to(folder)}")

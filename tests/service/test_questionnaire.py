"""Questionnaires: filled in by the person, seen by whom they let see them, in everything that is handed over."""

import io
import json
import zipfile

import pytest

from glucotwin.service.state import Service
from glucotwin.workflows.questionnaire.registry import SITES, own_questionnaires
from made_up_service import Browser, sign_up

ANSWERS = {one.link_id: "mostly" for one in own_questionnaires()[0].questions}


def _filled_in(owner: Browser, person_id: str) -> str:
    body = {"questionnaire": "daily-life", "answers": ANSWERS}
    made = owner.post(f"/people/{person_id}/questionnaire-responses", body)
    assert made.status_code == 201, made.text
    return made.json()["response_id"]


def test_person_fills_in_and_a_clinician_sees_how_it_goes(service: Service, owner: Browser) -> None:
    person_id, clinician = owner.person(), sign_up(service, "clinician")
    owner.invite(person_id, clinician, "clinician")
    response_id = _filled_in(owner, person_id)
    assert clinician.get(f"/people/{person_id}/questionnaires").status_code == 403
    owner.consent(person_id, "care-view")
    (seen,) = clinician.get(f"/people/{person_id}/questionnaires").json()["responses"]
    assert seen["response_id"] == response_id
    assert [(one["scale"], one["score"], one["most"]) for one in seen["scores"]] == [
        ("wellbeing", 9.0, 12.0),
        ("sleep", 6.0, 8.0),
        ("lows", 6.0, 8.0),
    ]
    body = {"questionnaire": "daily-life", "answers": ANSWERS}
    assert clinician.post(f"/people/{person_id}/questionnaire-responses", body).status_code == 403


def test_questions_are_asked_in_the_readers_language(owner: Browser) -> None:
    path = f"/people/{owner.person()}/questionnaires"
    (german,) = owner.get(path, headers={"Accept-Language": "de"}).json()["questionnaires"]
    (english,) = owner.get(path, headers={"Accept-Language": "en"}).json()["questionnaires"]
    assert (german["title"], english["title"]) == ("Alltag mit Diabetes", "Everyday life with diabetes")


def test_what_was_answered_is_taken_out_or_goes_with_the_person(owner: Browser, other: Browser) -> None:
    person_id = owner.person()
    response_id = _filled_in(owner, person_id)
    path = f"/people/{person_id}/questionnaire-responses/{response_id}"
    assert other.send("DELETE", path).status_code == 404
    assert owner.send("DELETE", path).status_code == 204
    assert owner.get(f"/people/{person_id}/questionnaires").json()["responses"] == []
    assert owner.send("DELETE", path).status_code == 404


def test_export_and_fhir_hold_what_was_answered(owner: Browser) -> None:
    person_id = owner.person()
    _filled_in(owner, person_id)
    archive = zipfile.ZipFile(io.BytesIO(owner.get(f"/people/{person_id}/export").content))
    (kept,) = json.loads(archive.read("questionnaires.json"))
    assert kept["answers"] == ANSWERS
    headers = {"X-CSRF-Token": owner.csrf}

    def fhir(path: str) -> dict[str, object]:
        found = owner.client.get(f"/api/fhir/r4/{path}", headers=headers)
        assert found.status_code == 200, found.text
        return found.json()

    bundle = fhir(f"QuestionnaireResponse?patient={person_id}")
    assert bundle["total"] == 1
    resource = bundle["entry"][0]["resource"]  # pyright: ignore
    assert fhir(f"QuestionnaireResponse/{resource['id']}") == resource  # pyright: ignore
    whole = [one["resource"]["resourceType"] for one in fhir(f"Patient/{person_id}/$everything")["entry"]]  # pyright: ignore
    assert "QuestionnaireResponse" in whole
    assert fhir(f"QuestionnaireResponse?patient={person_id}&authored=lt2020-01-01")["total"] == 0


@pytest.mark.parametrize("answers", [{}, {"no": "such"}, ANSWERS | {"sleep-quality": "often"}])
def test_answers_that_are_none_are_refused(owner: Browser, answers: dict[str, str]) -> None:
    body = {"questionnaire": "daily-life", "answers": answers}
    assert owner.post(f"/people/{owner.person()}/questionnaire-responses", body).status_code == 422


def test_a_sites_own_form_is_asked_too(service: Service, owner: Browser) -> None:
    folder = service.database.keystore.folder.parent / SITES
    folder.mkdir(exist_ok=True)
    option = {"valueCoding": {"code": "yes"}}
    item = {"linkId": "q1", "text": "Well?", "type": "choice", "answerOption": [option]}
    form = {"resourceType": "Questionnaire", "name": "site", "url": "urn:site", "version": "2", "item": [item]}
    (folder / "site.json").write_text(json.dumps(form), encoding="utf-8")
    try:
        person_id = owner.person()
        body = {"questionnaire": "site", "answers": {"q1": "yes"}}
        assert owner.post(f"/people/{person_id}/questionnaire-responses", body).status_code == 201
        told = owner.get(f"/people/{person_id}/questionnaires").json()
        assert [one["name"] for one in told["questionnaires"]] == ["daily-life", "site"]
        assert told["responses"][0]["scores"] == []  # nothing of it counts
    finally:
        (folder / "site.json").unlink()


def test_a_researcher_reads_numbers_and_choices_but_no_words(service: Service, owner: Browser) -> None:
    person_id, researcher = owner.person(), sign_up(service, "researcher")
    owner.invite(person_id, researcher, "researcher")
    owner.consent(person_id, "research-export")
    folder = service.database.keystore.folder.parent / SITES
    folder.mkdir(exist_ok=True)
    kinds = {"nights": "integer", "words": "text"}
    items = [{"linkId": name, "text": name, "type": kind} for name, kind in kinds.items()]
    file = folder / "site.json"
    file.write_text(json.dumps({"resourceType": "Questionnaire", "name": "site", "url": "urn:s", "item": items}))
    try:
        body = {"questionnaire": "site", "answers": {"nights": "3", "words": "My neighbour Ada helped."}}
        made = owner.post(f"/people/{person_id}/questionnaire-responses", body)
        assert made.status_code == 201, made.text
        assert made.json()["answers"] == body["answers"]
        seen = researcher.get(f"/people/{person_id}/questionnaires").json()
        assert seen["responses"][0]["answers"] == {"nights": "3"}
        assert [one["kind"] for one in seen["questionnaires"][-1]["questions"]] == ["integer", "text"]
        fhir = researcher.client.get(f"/api/fhir/r4/QuestionnaireResponse?patient={person_id}")
        archive = zipfile.ZipFile(io.BytesIO(researcher.get(f"/people/{person_id}/export").content))
        for handed_over in (fhir.content, *(archive.read(name) for name in archive.namelist())):
            assert b"neighbour" not in handed_over
    finally:
        file.unlink()

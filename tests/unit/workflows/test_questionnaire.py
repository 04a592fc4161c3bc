import json
from pathlib import Path

import pytest

from glucotwin.core.error import DataError
from glucotwin.workflows.questionnaire.answer import check_answers, response_resource, score_of
from glucotwin.workflows.questionnaire.definition import LOOSE, read_questionnaire
from glucotwin.workflows.questionnaire.registry import own_questionnaires, questionnaires_in
from glucotwin.workflows.questionnaire.text import spoken
from made_up_store import START

ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
OPTIONS = [
    {"valueCoding": {"code": code, "extension": [{"url": ORDINAL, "valueDecimal": counts}]}}
    for counts, code in enumerate(("no", "yes"))
]


def _form(folder: Path, **changed: object) -> Path:
    item = {"linkId": "q1", "text": "Is it well?", "type": "choice", "answerOption": OPTIONS}
    told = {"resourceType": "Questionnaire", "name": "short", "url": "urn:x", "item": [item]} | changed
    file = folder / "short.json"
    file.write_text(json.dumps(told), encoding="utf-8")
    return file


def test_every_own_questionnaire_is_whole_in_both_languages() -> None:
    for form in own_questionnaires():
        texts = [form.title, form.description, *form.scales.values(), *(one.text for one in form.questions)]
        texts += [each.text for one in form.questions for each in one.options]
        for text in texts:
            assert spoken(text, "de") != spoken(text, "en")
        assert all(len({each.counts for each in one.options}) == len(one.options) for one in form.questions)
        assert form.copyright


def test_answers_are_summed_up_by_scale() -> None:
    (form,) = own_questionnaires()
    answers = {one.link_id: "always" for one in form.questions} | {"sleep-quality": "never"}
    check_answers(form, answers)
    assert [(score_of(form, name, answers), form.bounds(name)) for name in form.scales] == [
        (12.0, (0.0, 12.0)),
        (4.0, (0.0, 8.0)),
        (8.0, (0.0, 8.0)),
    ]
    del answers["sleep-quality"]
    assert score_of(form, "sleep", answers) is None


def test_fhir_response_has_every_answer_below_its_group() -> None:
    (form,) = own_questionnaires()
    answers = {"sleep-quality": "mostly", "lows-sure": "half"}
    told = response_resource(form, answers, identifier="a.q.b", subject="Patient/a", at=START)
    assert told["questionnaire"] == "urn:glucotwin:questionnaire:daily-life|1"
    assert [one["linkId"] for one in told["item"]] == ["sleep", "lows"]  # pyright: ignore
    assert told["authored"] == START.isoformat()


@pytest.mark.parametrize(
    ("answers", "said"),
    [({"q9": "yes"}, "no question q9"), ({"q1": "perhaps"}, "perhaps is no answer"), ({}, "not answered")],
)
def test_answers_that_are_none_are_refused(tmp_path: Path, answers: dict[str, str], said: str) -> None:
    item = {"linkId": "q1", "text": "Is it well?", "type": "choice", "required": True, "answerOption": OPTIONS}
    form = read_questionnaire(_form(tmp_path, item=[item]))
    with pytest.raises(DataError, match=said):
        check_answers(form, answers)


def test_a_sites_form_stands_beside_ours_or_in_its_place(tmp_path: Path) -> None:
    _form(tmp_path)
    known = questionnaires_in(tmp_path)
    assert set(known) == {"daily-life", "short"}
    assert known["short"].bounds(LOOSE) == (0.0, 1.0)
    _form(tmp_path, name="daily-life")
    assert questionnaires_in(tmp_path)["daily-life"].url == "urn:x"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"resourceType": "Patient"}, "no FHIR Questionnaire"),
        ({"item": []}, "no name, or not between"),
        ({"item": [{"linkId": "q1", "type": "boolean"}]}, "type boolean"),
        ({"item": [{"linkId": "q1", "type": "choice"}]}, "no options"),
        ({"item": [{"linkId": "q", "type": "choice", "answerOption": OPTIONS}] * 2}, "same linkId"),
    ],
)
def test_what_is_not_understood_is_refused_with_its_reason(
    tmp_path: Path, changed: dict[str, object], said: str
) -> None:
    with pytest.raises(DataError, match=said) as refused:
        read_questionnaire(_form(tmp_path, **changed))
    assert refused.value.hint


MORE = [
    {"linkId": "q1", "text": "Is it well?", "type": "choice", "answerOption": OPTIONS},
    {
        "linkId": "hours",
        "text": "How long do you sleep?",
        "type": "decimal",
        "extension": [
            {"url": "http://hl7.org/fhir/StructureDefinition/minValue", "valueDecimal": 0},
            {"url": "http://hl7.org/fhir/StructureDefinition/maxValue", "valueDecimal": 24},
            {"url": "http://hl7.org/fhir/StructureDefinition/questionnaire-unit", "valueCoding": {"code": "h"}},
        ],
    },
    {"linkId": "nights", "text": "How many nights?", "type": "integer"},
    {"linkId": "words", "text": "What else?", "type": "text"},
]


def test_numbers_and_words_are_answered_and_told_as_what_they_are(tmp_path: Path) -> None:
    form = read_questionnaire(_form(tmp_path, item=MORE))
    answers = {"q1": "yes", "hours": "7.5", "nights": "3", "words": "The cat."}
    check_answers(form, answers)
    assert (form.questions[1].least, form.questions[1].most, form.questions[1].unit) == (0.0, 24.0, "h")
    assert (score_of(form, LOOSE, answers), list(form.counted_scales)) == (1.0, [LOOSE])
    told = response_resource(form, answers, identifier="a.q.b", subject="Patient/a", at=START)
    values = [one["answer"][0] for one in told["item"]]  # pyright: ignore
    assert values[1:] == [{"valueDecimal": 7.5}, {"valueInteger": 3}, {"valueString": "The cat."}]


@pytest.mark.parametrize(
    "answers",
    [
        {"hours": "25"},
        {"hours": "nan"},
        {"hours": "long"},
        {"hours": "1_0"},
        {"hours": "٧"},
        {"nights": "2.5"},
        {"words": " "},
    ],
)
def test_numbers_out_of_bounds_and_empty_words_are_refused(tmp_path: Path, answers: dict[str, str]) -> None:
    form = read_questionnaire(_form(tmp_path, item=MORE))
    with pytest.raises(DataError):
        check_answers(form, answers)

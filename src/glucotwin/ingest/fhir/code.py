"""The codes that are read of FHIR resources: LOINC of observations, SNOMED CT and ICD-10 of diabetes, insulins.

Sources: HL7 CGM implementation guide 1.0.0 for the codes of sensors and summaries; LOINC, SNOMED CT, ICD-10, ATC.
"""

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from glucotwin.domain.glucose import GlucoseKind
from glucotwin.domain.person import DiabetesType
from glucotwin.ingest.parse.json_stream import Fields, mapping_at, mappings_at, text_at

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
UCUM = "http://unitsofmeasure.org"
ATC = "http://www.whocc.no/atc"

CGM_MASS = "99504-3"
CARBS = "9059-7"
METER_MASS = "41653-7"
SERUM_MASS = "2345-7"
HEART_RATE = "8867-4"
KETONE = "104816-4"
WEIGHT = "29463-7"
RAPID_INSULIN = "411531001"
INSULIN = "67866001"


class Role(StrEnum):
    """What an observation becomes."""

    GLUCOSE = "glucose"
    MEAL = "meal"
    LAB = "lab"
    HEART_RATE = "heart_rate"
    KETONE = "ketone"
    STEPS = "steps"
    WEIGHT = "weight"
    SUMMARY = "summary"


class Meaning(NamedTuple):
    """What a LOINC code means here; of a glucose, how it was measured if the code tells."""

    role: Role
    kind: GlucoseKind | None = None


_CODES: Mapping[Meaning, tuple[str, ...]] = MappingProxyType(
    {
        Meaning(Role.GLUCOSE, GlucoseKind.CGM): (CGM_MASS, "105272-9", "14745-4"),
        Meaning(Role.GLUCOSE, GlucoseKind.FINGERSTICK): (
            *(METER_MASS, "14743-9", "2340-8", "2341-6", "32016-8", "41604-0", "14770-2"),
        ),
        Meaning(Role.GLUCOSE, GlucoseKind.LAB): (SERUM_MASS, "14749-6", "1558-6", "14771-0"),
        Meaning(Role.GLUCOSE): ("2339-0", "15074-8", "74774-1"),
        Meaning(Role.MEAL): (CARBS,),
        Meaning(Role.HEART_RATE): (HEART_RATE,),
        Meaning(Role.KETONE): (KETONE, "6873-4"),
        Meaning(Role.STEPS): ("55423-8",),
        Meaning(Role.LAB): ("4548-4", "17856-6", "59261-8", "4549-2", "1986-9"),
        Meaning(Role.WEIGHT): (WEIGHT, "3141-9"),
        Meaning(Role.SUMMARY): (
            *("104643-2", "106793-3", "107931-8", "97507-8", "105273-7", "97506-0", "104638-2", "104636-6"),
            *("104637-4", "97510-2", "104642-4", "104641-6", "104640-8", "104639-0"),
        ),
    }
)
MEANINGS: Mapping[str, Meaning] = MappingProxyType(
    {code: meaning for meaning, codes in _CODES.items() for code in codes}
)
"""What each LOINC code means; HbA1c and C-peptide are kept as laboratory values."""

_DIABETES: Mapping[DiabetesType, re.Pattern[str]] = MappingProxyType(
    {
        DiabetesType.TYPE_1: re.compile(r"46635009|E10(?:\..*)?"),
        DiabetesType.TYPE_2: re.compile(r"44054006|E11(?:\..*)?"),
        DiabetesType.GESTATIONAL: re.compile(r"11687002|O24\.?4.*"),
        DiabetesType.OTHER: re.compile(r"8801005|609561005|E08(?:\..*)?|E13(?:\..*)?"),
    }
)


class Acting(StrEnum):
    """How an insulin acts."""

    FAST = "fast"
    SLOW = "slow"


class Insulin(NamedTuple):
    """An insulin: the product's name and how it acts."""

    product: str
    acting: Acting


_INSULIN_CODES: Mapping[str, str] = MappingProxyType(
    {
        RAPID_INSULIN: "rapid",
        "ins-short-fast": "rapid",
    }
)
"""Codes of SNOMED CT and Kanta for short-acting insulin, which pumps give, as products."""
_ATC = re.compile(r"A10A([BCDE])")
_NAMES = re.compile(
    r"insulin|insulii|humalog|lispro|novo ?(?:rapid|log|lin)|aspart|apidra|glulisine|fiasp|lyumjev|admelog|actrapid|"
    r"humulin|lantus|toujeo|basaglar|semglee|glargin|levemir|detemir|tresiba|degludec|awiqli|icodec|afrezza|"
    r"^(?:rapid|long|nph|regular)$",
    re.I,
)
_SLOW = re.compile(
    r"lantus|toujeo|basaglar|semglee|glargin|levemir|detemir|tresiba|degludec|awiqli|icodec|nph|isophane|insulatard|"
    r"long|intermediate|basal|humulin n\b|novolin n\b|pitkä",
    re.I,
)


def codes_of(concept: Fields, *systems: str) -> Iterator[str]:
    """The codes of a CodeableConcept, of the given systems or, without, of all; those that name none count as well."""
    for coding in mappings_at(concept, "coding"):
        code, system = text_at(coding, "code"), text_at(coding, "system").lower()
        if code and (not systems or not system or any(one in system for one in systems)):
            yield code


def words_of(concept: Fields) -> str:
    """A CodeableConcept in words: its text, or what its first coding displays."""
    text = text_at(concept, "text").strip()
    displays = (text_at(coding, "display").strip() for coding in mappings_at(concept, "coding"))
    return text or next((display for display in displays if display), "")


def diabetes_type_of(concept: Fields) -> DiabetesType | None:
    """The type of diabetes that a condition's code names; None when it is another condition."""
    codes = [code.upper() for code in codes_of(concept)]
    return next((kind for kind, pattern in _DIABETES.items() if any(pattern.fullmatch(code) for code in codes)), None)


def insulin_of(concept: Fields) -> Insulin | None:
    """The insulin that a medication's CodeableConcept means; None when it is no insulin.

    A code that says how it acts gives the product; otherwise it is named as it is written.
    """
    codes = list(codes_of(concept))
    known = next((product for code in codes if (product := _INSULIN_CODES.get(code))), None)
    group = next((found[1] for code in codes if (found := _ATC.match(code))), "")
    displays = " ".join(text_at(coding, "display") for coding in mappings_at(concept, "coding"))
    words = f"{text_at(concept, 'text')} {displays}".strip()
    if known is None and not group and INSULIN not in codes and not _NAMES.search(words):
        return None
    slow = known == "long" or group in {"C", "D", "E"} or (known is None and not group and bool(_SLOW.search(words)))
    named = words_of(concept).lower()
    product = known or named or ("long" if slow else "rapid")
    return Insulin(product=product, acting=Acting.SLOW if slow else Acting.FAST)


def plain_reference(reference: str) -> str:
    """A reference as ``Type/id`` where it is written so, without the server's address and the version."""
    parts = reference.split("/_history/")[0].rsplit("/", 2)
    return "/".join(parts[-2:])


def reference_of(fields: Fields, name: str) -> str:
    """The resource that a field refers to; empty when there is none."""
    return plain_reference(text_at(mapping_at(fields, name), "reference"))

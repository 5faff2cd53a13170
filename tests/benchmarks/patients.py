"""Made-up patients of five kinds, through the public contract of an intake. The same ones in every run.

Every entry says whatever a rule could ask about it, so that "everything asked" leaves nothing unknown:
how open an intake is then comes only from the sections nobody asked about.
"""

from __future__ import annotations

import copy
import random
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

Intake: TypeAlias = dict[str, Any]
Entry: TypeAlias = tuple[str, dict[str, Any]]
"""A section of the intake and one entry for it."""

DAY = "2026-11-30"
KINDS = ("healthy", "typical", "sick", "partly", "nothing")
PER_KIND = 40
HISTORY = ("allergies", "conditions", "medications", "procedures")

SKIN_BOOSTER = {
    "name": "skin booster",
    "role": "active",
    "ingredients": ["non-animal hyaluronic acid", "sodium chloride", "water for injection"],
}
CHLORHEXIDINE = {"name": "chlorhexidine 2 %", "role": "antiseptic", "ingredients": ["chlorhexidine", "water for injection"]}
ALCOHOL = {"name": "alcohol wipes", "role": "antiseptic", "ingredients": ["isopropyl alcohol", "water for injection"]}
CREAM = {"name": "EMLA", "role": "anaesthetic", "ingredients": ["EMLA"]}
VITAMINS = {"name": "vitamin cocktail", "role": "active", "ingredients": ["non-animal hyaluronic acid", "thiamine", "vitamin C", "glycine"]}
HAIR = {"name": "hair cocktail", "role": "active", "ingredients": ["dexpanthenol", "biotin", "sodium chloride", "water for injection"]}
PLATELETS = {"name": "PRP", "role": "active", "ingredients": ["platelet-rich plasma"]}
FIRMING = {
    "name": "firming ampoule",
    "role": "active",
    "ingredients": ["non-animal hyaluronic acid", "dexpanthenol", "water for injection"],
}

PLANS: tuple[Intake, ...] = (
    {"areas": ["face"], "technique": "needle", "products": [SKIN_BOOSTER, ALCOHOL]},
    {"areas": ["neck"], "technique": "needle", "products": [SKIN_BOOSTER, ALCOHOL]},
    {"areas": ["scalp"], "technique": "needle", "products": [HAIR, ALCOHOL]},
    {"areas": ["hands"], "technique": "needle", "products": [SKIN_BOOSTER, CHLORHEXIDINE]},
    {"areas": ["face"], "technique": "dermaroller", "products": [PLATELETS, ALCOHOL]},
    {"areas": ["decolletage"], "technique": "needle", "products": [FIRMING, ALCOHOL]},
    {"areas": ["neck"], "technique": "needle", "products": [SKIN_BOOSTER, CREAM, ALCOHOL]},
    {"areas": ["face"], "technique": "needle", "products": [VITAMINS, CHLORHEXIDINE]},
)
"""The treatment each patient comes for. Every product states its ingredients."""

ORDINARY: tuple[Entry, ...] = (
    ("conditions", {"name": "migraine", "status": "active"}),
    ("conditions", {"name": "high cholesterol", "status": "active"}),
    ("conditions", {"name": "endometriosis", "status": "active"}),
    ("conditions", {"name": "tension headaches", "status": "active"}),
    ("conditions", {"name": "insomnia", "status": "active"}),
    ("conditions", {"name": "short-sighted"}),
    ("medications", {"name": "paracetamol", "status": "current", "route": "oral"}),
    ("medications", {"name": "omeprazole", "status": "current", "route": "oral"}),
    ("medications", {"name": "atorvastatin", "status": "current", "route": "oral"}),
    (
        "procedures",
        {"name": "appendectomy", "date": "1999", "areas": ["abdomen"], "outcome": "none", "setting": "hospital", "products": []},
    ),
    ("procedures", {"name": "caesarean", "date": "2015", "areas": ["abdomen"], "outcome": "none", "setting": "hospital", "products": []}),
    ("procedures", {"name": "tattoo", "date": "2012", "areas": ["ankle"], "outcome": "none", "setting": "salon", "products": []}),
)
"""What half the waiting room has, and no rule minds."""

CONCERNS: tuple[Entry, ...] = (
    ("allergies", {"name": "latex", "reaction": "urticaria", "severity": "moderate", "status": "active"}),
    ("allergies", {"name": "penicillin", "reaction": "anaphylaxis", "severity": "severe", "status": "active"}),
    ("allergies", {"name": "egg", "reaction": "angioedema", "severity": "moderate", "status": "active"}),
    ("allergies", {"name": "ibuprofen", "reaction": "urticaria", "severity": "moderate", "status": "active"}),
    ("allergies", {"name": "nickel", "reaction": "dermatitis", "severity": "severe", "status": "active"}),
    ("allergies", {"name": "cod", "reaction": "urticaria", "severity": "moderate", "status": "active"}),
    ("allergies", {"name": "wasp sting", "reaction": "urticaria", "severity": "moderate", "status": "active"}),
    ("allergies", {"name": "sulfamethoxazole", "reaction": "dermatitis", "severity": "moderate", "status": "active"}),
    ("conditions", {"name": "epilepsy", "status": "active", "severity": "moderate", "controlled": True}),
    ("conditions", {"name": "COPD", "status": "active", "severity": "moderate", "controlled": False}),
    ("conditions", {"name": "Hashimoto's thyroiditis", "status": "active", "severity": "mild", "controlled": True}),
    ("conditions", {"name": "type 2 diabetes", "status": "active", "severity": "moderate", "controlled": False}),
    ("conditions", {"name": "heart failure", "status": "active", "severity": "moderate", "controlled": True, "onset": "2019"}),
    ("conditions", {"name": "atrial fibrillation", "status": "active", "severity": "moderate", "controlled": True, "onset": "2020"}),
    ("conditions", {"name": "kidney failure", "status": "active", "severity": "severe", "controlled": True}),
    ("conditions", {"name": "fatty liver", "status": "active", "severity": "severe", "controlled": True}),
    ("conditions", {"name": "hypertension", "status": "active", "severity": "moderate", "controlled": False}),
    ("conditions", {"name": "rheumatoid arthritis", "status": "active", "severity": "moderate", "controlled": True}),
    ("conditions", {"name": "keloid", "status": "active", "areas": ["chest"], "severity": "moderate"}),
    ("conditions", {"name": "hepatitis C", "status": "active", "severity": "moderate", "controlled": True}),
    ("conditions", {"name": "breast cancer", "status": "active", "onset": "2026-01-10", "severity": "moderate", "areas": ["chest"]}),
    (
        "conditions",
        {"name": "deep vein thrombosis", "status": "resolved", "onset": "2018", "ended": "2019", "areas": ["leg"], "severity": "moderate"},
    ),
    ("conditions", {"name": "factor V Leiden", "status": "active", "severity": "mild"}),
    ("conditions", {"name": "gallstones", "status": "active", "severity": "mild"}),
    ("conditions", {"name": "kidney stones", "status": "resolved", "onset": "2015", "ended": "2015", "severity": "mild"}),
    ("conditions", {"name": "haemophilia A", "status": "active", "severity": "mild", "controlled": True}),
    ("conditions", {"name": "smoking", "status": "active"}),
    ("conditions", {"name": "gastric ulcer", "status": "resolved", "severity": "mild", "onset": "2020", "ended": "2020"}),
    ("conditions", {"name": "myasthenia gravis", "status": "active", "severity": "moderate", "controlled": True}),
    ("conditions", {"name": "pacemaker", "status": "active", "areas": ["chest"]}),
    ("conditions", {"name": "cold sores", "status": "active", "areas": ["lips"], "onset": "2026-11-20", "severity": "mild"}),
    ("conditions", {"name": "HIV", "status": "active", "severity": "mild", "controlled": True}),
    ("conditions", {"name": "sickle cell disease", "status": "active", "severity": "moderate", "controlled": True}),
    ("conditions", {"name": "low blood pressure", "status": "active", "severity": "mild"}),
    ("conditions", {"name": "varicose veins", "status": "active", "areas": ["leg"], "severity": "mild"}),
    ("medications", {"name": "warfarin", "status": "current", "route": "oral", "started": "2020-02-01"}),
    ("medications", {"name": "aspirin", "status": "current", "route": "oral", "started": "2020-02-01"}),
    ("medications", {"name": "prednisolone", "status": "current", "route": "oral", "started": "2026-05-01"}),
    ("medications", {"name": "methotrexate", "status": "current", "route": "oral", "started": "2021-03-01"}),
    ("medications", {"name": "propranolol", "status": "current", "route": "oral", "started": "2019-06-01"}),
    ("medications", {"name": "ramipril", "status": "current", "route": "oral", "started": "2018-06-01"}),
    ("medications", {"name": "amiodarone", "status": "current", "route": "oral", "started": "2022-06-01"}),
    ("medications", {"name": "insulin", "status": "current", "route": "injected", "started": "2017-06-01"}),
    ("medications", {"name": "sertraline", "status": "current", "route": "oral", "started": "2023-06-01"}),
    ("medications", {"name": "doxycycline", "status": "current", "route": "oral", "started": "2026-11-20"}),
    ("medications", {"name": "Roaccutane", "status": "stopped", "route": "oral", "started": "2026-01-10", "stopped": "2026-08-20"}),
    ("medications", {"name": "fish oil", "status": "current", "route": "oral", "started": "2024-01-10"}),
    ("medications", {"name": "levothyroxine", "status": "current", "route": "oral", "started": "2016-01-10"}),
    ("medications", {"name": "adrenaline auto-injector", "status": "current", "route": "injected", "started": "2022-01-10"}),
    ("medications", {"name": "dolutegravir", "status": "current", "route": "oral", "started": "2018-01-10"}),
    (
        "procedures",
        {"name": "root canal", "date": "2026-11-20", "areas": ["mouth"], "outcome": "none", "setting": "clinic", "products": []},
    ),
    ("procedures", {"name": "flu vaccine", "date": "2026-11-26", "areas": ["arm"], "outcome": "none", "setting": "clinic", "products": []}),
    (
        "procedures",
        {"name": "kidney transplant", "date": "2014-05-02", "areas": ["abdomen"], "outcome": "none", "setting": "hospital", "products": []},
    ),
    (
        "procedures",
        {
            "name": "cataract surgery",
            "date": "2023-05-02",
            "areas": ["periocular"],
            "outcome": "none",
            "setting": "hospital",
            "products": [],
        },
    ),
    ("procedures", {"name": "sunbed", "date": "2026-11-22", "areas": ["face"], "outcome": "none", "setting": "salon", "products": []}),
    (
        "procedures",
        {"name": "chemotherapy", "date": "2026-04-11", "areas": ["chest"], "outcome": "none", "setting": "hospital", "products": []},
    ),
)
"""What rules do mind."""

READINGS: tuple[Intake, ...] = (
    {"name": "systolic blood pressure", "value": 186, "unit": "mm[Hg]", "date": "2026-11-30"},
    {"name": "platelets", "value": 48, "unit": "10*9/L", "date": "2026-11-25"},
    {"name": "HbA1c", "value": 9.1, "unit": "%", "date": "2026-11-20"},
    {"name": "eGFR", "value": 27, "unit": "mL/min", "date": "2026-11-20"},
    {"name": "INR", "value": 3.6, "date": "2026-11-27"},
)

CONCERNS_OF_KIND = {"healthy": range(1), "typical": range(1, 3), "sick": range(22, 29), "partly": range(2, 5)}
UNASKED: tuple[tuple[str, ...], ...] = (("conditions",), ("allergies", "medications", "procedures"), ())
"""Sections left out of an intake that is partly asked. Where it is none, a few conditions were asked by name."""
DENIED = ("diabetes", "epilepsy", "cancer", "hypertension", "pregnancy")


def kinds(each: int = PER_KIND) -> dict[str, list[Intake]]:
    """Give so many different intakes of every kind: JSON-like, as a form hands them over."""
    return {kind: [_patient(kind, number) for number in range(each)] for kind in KINDS}


def respelt(intake: Intake, seed: str) -> Intake:
    """Give the same patient with capitals thrown in at random: the same to a reader, and unlike any text seen before."""
    chance = random.Random(seed)

    def spelt(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: spelt(part, name) for name, part in value.items()}
        if isinstance(value, list):
            return [spelt(part, key) for part in value]
        if key in {"name", "ingredients", "areas", "technique", "outcome", "setting", "denied"}:
            return "".join(chance.choice([letter.upper(), letter.lower()]) for letter in value)
        return value

    told: Intake = spelt(intake)
    return told


def mixed(count: int) -> list[Intake]:
    """Give intakes of all kinds in turn, as a day's post would bring them."""
    return [_patient(KINDS[number % len(KINDS)], number) for number in range(count)]


def with_entries(count: int, seed: int = 0) -> Intake:
    """Give an intake in which everything was asked and so many things were answered; beyond the pool they repeat."""
    chance = random.Random(f"{count} {seed}")
    pool = [*CONCERNS, *ORDINARY] * 2
    return _intake(PLANS[seed % len(PLANS)], chance.sample(pool, count), chance)


def _patient(kind: str, number: int) -> Intake:
    chance = random.Random(f"{kind} {number}")
    plan = PLANS[number % len(PLANS)]
    if kind == "nothing":
        return {"treatment": {"date": _day(number), **copy.deepcopy(plan)}}
    concerns = chance.sample(CONCERNS, chance.choice(CONCERNS_OF_KIND[kind]))
    entries = [*chance.sample(ORDINARY, chance.randint(0, 3)), *concerns]
    intake = _intake(plan, entries, chance)
    if kind == "sick":
        intake["measurements"] = [dict(reading) for reading in READINGS[: 1 + number % len(READINGS)]]
    if kind == "partly":
        unasked = UNASKED[number % len(UNASKED)]
        for section in unasked:
            del intake[section]
        if not unasked:
            intake["conditions"] = {"present": intake["conditions"], "denied": list(DENIED), "complete": False}
    return intake


def _intake(plan: Intake, entries: Iterable[Entry], chance: random.Random | None = None) -> Intake:
    chance = chance or random.Random(0)
    born = f"{chance.randint(1968, 2000)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
    intake: Intake = {"patient": {"birth_date": born, "sex": chance.choice(["female", "male"])}, **{section: [] for section in HISTORY}}
    for section, entry in entries:
        intake[section].append(dict(entry))
    intake["treatment"] = {"date": DAY, **copy.deepcopy(plan)}
    return intake


def _day(number: int) -> str:
    return f"2026-12-{1 + number % 28:02}"

"""Whatever the forms and exclusion lists of clinics ask about is caught when a patient says so, in a patient's words.

One case to a topic: what is said, under a plan where the plan matters, and the rules of which at least one must be raised. What is said
plainly must be present; what is said vaguely, or left out, may be possible. What the rulebook leaves alone on purpose stands at the end
with the reason.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from mesoscreen import Rulebook, screen

BOOK = Rulebook.default()


def _plan(
    *ingredients: str, areas: tuple[str, ...] = ("face",), technique: str = "needle", name: str = "ampoule", **product: Any
) -> dict[str, Any]:
    one = {"name": name, "role": "active", "ingredients": list(ingredients) or None, **product}
    return {"date": "2026-11-30", "areas": list(areas), "technique": technique, "products": [one]}


def _with(plan: dict[str, Any], **product: Any) -> dict[str, Any]:
    return {**plan, "products": [*plan["products"], product]}


BOOSTER = _plan("non-cross-linked hyaluronic acid", "sodium chloride", name="skin booster")
LIPS = _plan("hyaluronic acid", "sodium chloride", areas=("lips",), name="lip booster")
FERMENTED = _plan("fermented hyaluronic acid", "sodium chloride", name="skin booster")
NUMBED = _with(BOOSTER, name="EMLA", role="anaesthetic")
PREPARED = _with(BOOSTER, name="chlorhexidine 2%", role="antiseptic")
WITH_ADRENALINE = _with(BOOSTER, name="lidocaine with adrenaline", role="anaesthetic", ingredients=["lidocaine", "adrenaline"])
VITAMINS = _plan("vitamin B1", "vitamin B12", "vitamin C", "glycine", "proline", name="vitamin cocktail")
VITAMIN_C = _plan("vitamin C", "water for injection", name="glow ampoule")
BIOTIN = _plan("biotin", "dexpanthenol", areas=("scalp",), name="hair cocktail")
TRANEXAMIC = _plan("tranexamic acid", name="pigment ampoule")
FAT_DISSOLVER = _plan("deoxycholic acid", areas=("submental",), name="fat dissolver")
LECITHIN = _plan("phosphatidylcholine", "deoxycholic acid", areas=("abdomen",), name="fat dissolver")
EGG_LECITHIN = _plan("egg lecithin", name="lifting ampoule")
POLYNUCLEOTIDE = _plan("polynucleotides", name="Plinest")
PLASMA = _plan("platelet-rich plasma", name="PRP")
TOXIN = _plan("botulinum toxin A", name="Dysport")
TOXIN_LIPS = _plan("botulinum toxin A", areas=("lips",), name="Botox lip flip")
DISSOLVER = _plan("bovine hyaluronidase", areas=("lips",), name="hyaluronidase")
THIGHS = _plan("organic silicon", "sodium chloride", areas=("thighs",), name="firming ampoule")
HAIR_LOSS = _plan("dutasteride", areas=("scalp",), name="hair ampoule")
PLACENTA = _plan("human placenta extract", name="placenta ampoule")
CURRENT = _plan("hyaluronic acid", "sodium chloride", technique="electroporation", name="no-needle meso")
MACROGOL = _plan("hyaluronic acid", "macrogol", name="ampoule")
PRESERVED = _plan("hyaluronic acid", "benzyl alcohol", name="ampoule")
PARABENS = _plan("l-carnitine", "methylparaben", areas=("thighs",), name="ampoule")
PORCINE = _plan("porcine gelatin", name="collagen ampoule")
PROCAINE = _plan("procaine", "hyaluronic acid", name="procaine ampoule")


class Said(NamedTuple):
    topic: str
    intake: dict[str, Any]
    rules: tuple[str, ...]
    plan: dict[str, Any] = BOOSTER
    vague: bool = False
    """It was said vaguely or left out: possible is enough."""


def _condition(name: str, **more: Any) -> dict[str, Any]:
    return {"conditions": [{"name": name, **more}]}


def _medicine(name: str, **more: Any) -> dict[str, Any]:
    return {"medications": [{"name": name, **more}]}


def _procedure(name: str, **more: Any) -> dict[str, Any]:
    return {"procedures": [{"name": name, **more}]}


def _allergy(name: str, **more: Any) -> dict[str, Any]:
    return {"allergies": [{"name": name, **more}]}


def _reading(name: str, value: float, unit: str) -> dict[str, Any]:
    return {"measurements": [{"name": name, "value": value, "unit": unit, "date": "2026-11-29"}]}


ASKED_BY_FORMS = [
    # the shared core
    Said("pregnant now", _condition("pregnant"), ("pregnancy",)),
    Said("twelve weeks pregnant, in words", _condition("12 weeks pregnant"), ("pregnancy",), vague=True),
    Said("might be pregnant", _condition("might be pregnant"), ("pregnancy",)),
    Said("breastfeeding", _condition("nursing mother"), ("breastfeeding",)),
    Said("allergic to what will be injected", _allergy("hyaluronic acid"), ("allergy-any-planned-ingredient",)),
    Said("allergies not asked", {"allergies": None}, ("allergy-any-planned-ingredient", "anaphylaxis-history"), vague=True),
    Said("bleeding disorder", _condition("haemophilia"), ("bleeding-disorder",)),
    Said("bruises and bleeds, kind not known", _condition("blood disorder"), ("bleeding-disorder",), vague=True),
    Said("low platelets", _condition("low platelets"), ("bleeding-disorder",)),
    Said("anticoagulant by its trade name", _medicine("Eliquis"), ("anticoagulant-proceed-not-stop",)),
    Said("warfarin", _medicine("warfarin"), ("anticoagulant-proceed-not-stop",)),
    Said("blood thinners, name forgotten", _medicine("blood thinners"), ("anticoagulant-proceed-not-stop", "antiplatelet"), vague=True),
    Said("a baby aspirin every day", _medicine("baby aspirin"), ("antiplatelet",)),
    Said("eczema where the needle goes", _condition("eczema", areas=["cheeks"]), ("skin-disease-active", "infection-at-site")),
    Said("a rash, place not said", _condition("rash"), ("skin-disease-active", "infection-at-site"), vague=True),
    Said("psoriasis", _condition("psoriasis", areas=["elbows"]), ("autoimmune-active", "koebner-prone-skin")),
    Said("acne in the area", _condition("inflamed acne", areas=["face"]), ("skin-disease-active",)),
    Said("lupus", _condition("lupus"), ("autoimmune-active",)),
    Said("rheumatoid arthritis, quiet", _condition("rheumatoid arthritis", status="remission"), ("autoimmune-stable",)),
    Said("scleroderma", _condition("scleroderma"), ("autoimmune-active",)),
    Said("cancer now", _condition("breast cancer"), ("active-cancer",)),
    Said(
        "cancer long ago, and growth factors planned",
        _condition("breast cancer", status="resolved", ended="2012"),
        ("cancer-history-growth-factor",),
        PLASMA,
    ),
    Said(
        "skin cancer in the area", _condition("BCC", status="resolved", ended="2018", areas=["nose"]), ("skin-cancer-or-atypical-naevus",)
    ),
    Said("cold sore today", _condition("cold sore", areas=["lips"]), ("herpes-active",)),
    Said(
        "gets cold sores, the lips treated",
        _condition("cold sores", status="resolved", ended="2026-05"),
        ("herpes-labialis-history",),
        LIPS,
    ),
    Said(
        "gets cold sores, the face treated",
        _condition("cold sores", status="resolved", ended="2026-05"),
        ("herpes-labialis-history",),
        vague=True,
    ),
    Said("shingles last week", _condition("shingles", areas=["forehead"], onset="2026-11-20"), ("zoster-recent", "herpes-active")),
    Said("diabetes", _condition("type 2 diabetes"), ("diabetes",)),
    Said("sugar, on insulin", _medicine("insulin"), ("diabetes",)),
    Said("keloids", _condition("keloid scars"), ("keloid-hypertrophic-scar",)),
    Said("scars badly", _condition("thick scars"), ("keloid-hypertrophic-scar",)),
    Said("sixteen years old", {"patient": {"age": 16}}, ("under-18",)),
    Said("seventy-eight, for fat dissolving", {"patient": {"age": 78, "sex": "male"}}, ("age-over-75-lipolysis",), FAT_DISSOLVER),
    Said("heart trouble", _condition("heart trouble"), ("cardiac-disease",)),
    Said(
        "a heart attack years ago", _condition("heart attack", status="resolved", ended="2015"), ("thrombosis-history", "cardiac-disease")
    ),
    Said("artificial heart valve", _condition("artificial heart valve"), ("endocarditis-risk", "cardiac-disease")),
    Said("acne capsules finished in July", _medicine("Roaccutane", status="stopped", stopped="2026-07"), ("isotretinoin-systemic",)),
    Said("acne capsules, no date", _medicine("Accutane", status="stopped"), ("isotretinoin-systemic",), vague=True),
    Said("an infected spot in the area", _condition("infected spot", areas=["chin"]), ("infection-at-site",)),
    Said("flu today", _condition("flu"), ("systemic-infection-fever",)),
    Said("impetigo on the face", _condition("impetigo", areas=["face"]), ("infection-at-site",)),
    Said("medicines not asked", {"medications": None}, ("anticoagulant-proceed-not-stop", "isotretinoin-systemic"), vague=True),
    Said("a peel last week", _procedure("chemical peel", date="2026-11-23", areas=["face"]), ("recent-laser-peel",)),
    Said("laser on the face", _procedure("fractional laser", date="2026-11-20", areas=["face"]), ("recent-laser-peel",)),
    Said("dermabrasion", _procedure("dermabrasion", date="2026-11-16", areas=["face"]), ("recent-laser-peel",)),
    Said("sunbed last week", _procedure("sunbed", date="2026-11-24"), ("recent-tan-sun",)),
    Said("back from a beach holiday", _procedure("beach holiday", date="2026-11-20"), ("recent-tan-sun",)),
    Said("sunburnt", _condition("sunburn", areas=["face"]), ("recent-tan-sun", "infection-at-site")),
    Said("blood pressure of 182", _reading("systolic blood pressure", 182, "mm[Hg]"), ("hypertension-severe",)),
    Said("high blood pressure out of control", _condition("uncontrolled high blood pressure"), ("hypertension-severe",)),
    Said("high blood pressure, control not said", _condition("high blood pressure"), ("hypertension-severe",), vague=True),
    Said("kidney disease", _condition("kidney problems"), ("renal-impairment",)),
    Said("on dialysis", _condition("on dialysis"), ("renal-impairment",)),
    Said("a clot in the leg once", _condition("DVT", status="resolved", ended="2016"), ("thrombosis-history",)),
    Said("embolism", _condition("clot on the lung", status="resolved", ended="2019"), ("thrombosis-history",)),
    Said("phlebitis, legs treated", _condition("phlebitis", areas=["thighs"]), ("vascular-leg",), THIGHS),
    Said("stroke", _condition("mini-stroke", status="resolved", ended="2020"), ("thrombosis-history",)),
    Said("antibiotics now", _medicine("amoxicillin"), ("recent-antibiotics",)),
    Said("epilepsy", _condition("epileptic fits"), ("epilepsy",)),
    Said("blackouts nobody explained", _condition("blackouts"), ("epilepsy",)),
    Said("cirrhosis, and fat dissolving", _condition("cirrhosis"), ("lipolysis-severe-liver-kidney",), FAT_DISSOLVER),
    Said(
        "liver trouble, severity not said, and numbing", _condition("liver problems"), ("lidocaine-liver-heartblock",), NUMBED, vague=True
    ),
    Said("psychosis this year", _condition("psychotic episode", onset="2026-06"), ("severe-mental-illness",)),
    Said("severe depression now", _condition("depression", severity="severe"), ("severe-mental-illness",)),
    Said("vitamin A acid cream on the face", _medicine("tretinoin cream", areas=["face"]), ("retinoid-topical",)),
    Said("Hashimoto, and a vitamin cocktail", _condition("Hashimoto's"), ("thyroid-autoimmune-mesotherapy",), VITAMINS),
    Said(
        "thyroid trouble, kind not known",
        _condition("thyroid problems"),
        ("autoimmune-active", "thyroid-autoimmune-mesotherapy"),
        VITAMINS,
        vague=True,
    ),
    Said(
        "overactive thyroid and iodine on the skin",
        _condition("overactive thyroid"),
        ("iodine-pvp",),
        _with(BOOSTER, name="Betadine", role="antiseptic"),
    ),
    Said("anaphylactic shock once", _condition("anaphylactic shock", status="resolved", ended="2011"), ("anaphylaxis-history",)),
    Said("carries an adrenaline pen", _medicine("EpiPen"), ("anaphylaxis-history",)),
    Said("filler in the same place in summer", _procedure("lip filler", date="2026-08", areas=["lips"]), ("recent-filler-same-area",)),
    Said(
        "toxin two months ago, toxin again",
        _procedure("Botox", date="2026-10-01", areas=["forehead"]),
        ("botulinum-repeat-interval",),
        TOXIN,
    ),
    Said("hepatitis B carrier", _condition("hepatitis B carrier"), ("hepatitis-b",)),
    Said("hepatitis C", _condition("hep C"), ("hepatitis-b", "hepatitis-c-interferon")),
    Said("HIV", _condition("HIV positive"), ("hiv",)),
    Said("garlic capsules", _medicine("garlic capsules"), ("supplements-bleeding",)),
    Said("ginkgo", _medicine("ginkgo biloba"), ("supplements-bleeding",)),
    Said("the combined pill, and tranexamic acid", _medicine("combined pill"), ("txa-hormonal-contraception",), TRANEXAMIC),
    Said("the pill, kind not known, and tranexamic acid", _medicine("the pill"), ("txa-hormonal-contraception",), TRANEXAMIC, vague=True),
    Said("hormone replacement, and tranexamic acid", _medicine("HRT"), ("txa-hormonal-contraception",), TRANEXAMIC),
    Said("methotrexate", _medicine("methotrexate"), ("immunosuppression",)),
    Said("transplanted kidney", _procedure("kidney transplant", date="2015"), ("immunosuppression",)),
    Said("allergy shots going on", _medicine("allergy shots"), ("immunotherapy-current",)),
    Said("lidocaine allergy, and numbing cream", _allergy("Xylocaine", reaction="urticaria"), ("amide-la-allergy",), NUMBED),
    Said(
        "numbing cream allergy by name",
        _allergy("EMLA", reaction="dermatitis"),
        ("amide-la-allergy", "allergy-any-planned-ingredient"),
        NUMBED,
    ),
    Said("reacted to the dentist's injection", _allergy("local anaesthetic"), ("la-reaction-unspecified",)),
    Said("adrenaline allergy by name", _allergy("adrenaline"), ("allergy-any-planned-ingredient",), WITH_ADRENALINE),
    Said("egg allergy and egg lecithin", _allergy("egg white", reaction="urticaria"), ("egg-vs-phospholipid",), EGG_LECITHIN),
    Said("milk allergy and a toxin made with milk protein", _allergy("milk", reaction="urticaria"), ("botulinum-albumin-milk",), TOXIN),
    Said("shellfish allergy and salmon DNA", _allergy("shellfish", reaction="urticaria"), ("shellfish-vs-polynucleotide",), POLYNUCLEOTIDE),
    Said("soya allergy and a lecithin fat dissolver", _allergy("soya", reaction="urticaria"), ("soy-vs-lecithin",), LECITHIN, vague=True),
    Said("myasthenia, and toxin", _condition("myasthenia gravis"), ("neuromuscular-botulinum",), TOXIN),
    Said("Eaton-Lambert, and toxin", _condition("Eaton-Lambert syndrome"), ("neuromuscular-botulinum",), TOXIN),
    Said("motor neurone disease, and toxin", _condition("motor neurone disease"), ("neuromuscular-botulinum",), TOXIN),
    Said("trying for a baby", _condition("trying for a baby"), ("trying-to-conceive",)),
    Said("in an IVF cycle", _condition("IVF"), ("trying-to-conceive",)),
    Said("radiotherapy to the face", _procedure("radiotherapy", date="2010", areas=["face"]), ("radiotherapy-field",)),
    Said("an operation last month", _procedure("gallbladder removed", date="2026-11-02"), ("recent-surgery",)),
    Said("a facelift last month", _procedure("facelift", date="2026-10-25"), ("recent-surgery",)),
    Said("smokes", _condition("smoker"), ("smoking-alcohol",)),
    Said("smokes, and plasma planned", _condition("smoker"), ("prp-relative",), PLASMA),
    Said(
        "wine the evening before",
        _condition("alcohol last night", onset="2026-11-29", ended="2026-11-29"),
        ("smoking-alcohol",),
        vague=True,
    ),
    Said("drunk", _condition("drunk"), ("cannot-consent",)),
    Said("asthma out of control", _condition("asthma", controlled=False), ("atopy-asthma",)),
    Said("chemotherapy this spring", _procedure("chemotherapy", date="2026-04"), ("active-cancer",)),
    Said(
        "hard lumps after mesotherapy",
        _procedure("mesotherapy", date="2025-06", outcome="nodules"),
        ("ntm-awareness-history", "ha-previous-reaction"),
        vague=True,
    ),
    Said(
        "rash after the last skin booster",
        _procedure("skin booster", date="2026-05", outcome="allergic reaction"),
        ("ha-previous-reaction",),
        vague=True,
    ),
    Said("hates a small flaw", _condition("body dysmorphia"), ("bdd-suspected",)),
    Said("expects perfection", _condition("expects perfection"), ("unrealistic-expectation",)),
    Said(
        "comes because the partner wants it",
        _condition("pressure from others"),
        ("unrealistic-expectation", "recent-bereavement-or-pressure"),
    ),
    Said("a recent divorce", _condition("recent divorce"), ("recent-bereavement-or-pressure",)),
    Said("Bell's palsy, and toxin", _condition("Bell's palsy", status="resolved", ended="2019"), ("facial-nerve-palsy-toxin",), TOXIN),
    Said("gallstones, and a bile acid", _condition("gallstones"), ("gallstones",), FAT_DISSOLVER),
    Said("pacemaker, and electric current", _condition("pacemaker"), ("pacemaker-electroporation",), CURRENT),
    Said("ibuprofen yesterday", _medicine("ibuprofen", status="stopped", stopped="2026-11-29"), ("nsaid-otc-window",)),
    Said("an antibiotic that makes the skin sensitive to light", _medicine("doxycycline"), ("photosensitising-drug",)),
    Said("allergic to the sun, on the face", _condition("sun allergy", areas=["face"]), ("skin-disease-active",)),
    Said("melasma", _condition("melasma"), ("dark-skin-pih",)),
    Said("vitiligo", _condition("vitiligo", areas=["hands"]), ("koebner-prone-skin",)),
    Said("dark skin", _reading("Fitzpatrick skin type", 5, "1"), ("dark-skin-pih",)),
    Said("cortisone tablets", _medicine("prednisolone"), ("systemic-corticosteroid", "immunosuppression")),
    Said("haemoglobin of 9, and plasma planned", _reading("haemoglobin", 9, "g/dL"), ("prp-relative",), PLASMA),
    Said("root canal last week", _procedure("root canal", date="2026-11-24"), ("dental-infection",)),
    Said("a tooth abscess", _condition("tooth abscess"), ("dental-infection",)),
    Said("sinusitis last week", _condition("sinusitis", status="resolved", ended="2026-11-26"), ("dental-infection",)),
    Said("permanent make-up on the lips", _procedure("lip blush", date="2024", areas=["lips"]), ("area-moles-tattoo",)),
    Said("a jab this week", _procedure("flu jab", date="2026-11-27"), ("recent-vaccine",)),
    Said("sore throats again and again", _condition("frequent tonsillitis"), ("recurrent-sore-throat",), FERMENTED),
    Said("food gets stuck, and the double chin treated", _condition("trouble swallowing"), ("deoxycholate-dysphagia",), FAT_DISSOLVER),
    Said("varicose veins, legs treated", _condition("varicose veins", areas=["thighs"]), ("vascular-leg",), THIGHS),
    Said("lymph nodes removed from the groin, thigh treated", _condition("lymphoedema", areas=["thighs"]), ("lymphoedema-limb",), THIGHS),
    Said("plays the trumpet, lip flip planned", _condition("trumpet player"), ("wind-instrument-toxin",), TOXIN_LIPS),
    Said("faints at needles", _condition("faints at needles"), ("hypotension-vasovagal",)),
]

ASKED_BY_ONE_OR_TWO = [
    Said("a scar of three months in the area", _condition("fresh scar", areas=["cheek"], onset="2026-09"), ("recent-scar-area",)),
    Said(
        "silicone injected years ago",
        _procedure("injected silicone", date="2005", areas=["lips"]),
        ("recent-filler-same-area", "facial-implant-non-ha"),
    ),
    Said(
        "a collagen stimulator years ago",
        _procedure("Sculptra", date="2022", areas=["cheeks"]),
        ("facial-implant-non-ha", "recent-filler-same-area"),
    ),
    Said("autoimmune disease in the family", _condition("mother has lupus"), ("autoimmune-family",), vague=True),
    Said("lives vegan, and salmon DNA planned", _condition("vegan"), ("animal-origin-consent",), POLYNUCLEOTIDE),
    Said("halal, and pig gelatin planned", _condition("halal"), ("animal-origin-consent",), PORCINE),
    Said("no shared language", _condition("needs an interpreter"), ("no-interpreter",)),
    Said("chemotherapy ten months ago", _procedure("chemo", date="2026-01"), ("active-cancer",)),
    Said("MRSA", _condition("MRSA carrier"), ("mrsa-carrier",)),
]

SELDOM_ASKED = [
    Said("fish allergy and polynucleotides", _allergy("fish", reaction="urticaria"), ("fish-vs-polynucleotide",), POLYNUCLEOTIDE),
    Said("salmon allergy and polynucleotides", _allergy("salmon"), ("fish-vs-polynucleotide",), POLYNUCLEOTIDE),
    Said(
        "bee sting, whole body, and hyaluronidase",
        _allergy("bee stings", reaction="systemic"),
        ("hymenoptera-vs-hyaluronidase-systemic",),
        DISSOLVER,
    ),
    Said(
        "wasp sting, reaction not said, and hyaluronidase",
        _allergy("wasps"),
        ("hymenoptera-vs-hyaluronidase-systemic",),
        DISSOLVER,
        vague=True,
    ),
    Said("big arm after a wasp, and hyaluronidase", _allergy("wasp sting", reaction="local"), ("hymenoptera-local-only",), DISSOLVER),
    Said("desensitised against bee venom now", _medicine("venom immunotherapy"), ("immunotherapy-current",)),
    Said("sulfites, and adrenaline", _allergy("sulfites", reaction="systemic"), ("sulfite-adrenaline",), WITH_ADRENALINE),
    Said("asthma from wine, and adrenaline", _condition("asthma from wine"), ("sulfite-adrenaline",), WITH_ADRENALINE),
    Said("PABA sun cream allergy, and procaine", _allergy("PABA", reaction="dermatitis"), ("ester-la-allergy",), PROCAINE),
    Said("paraben allergy", _allergy("parabens", reaction="dermatitis"), ("paraben-allergy",), PARABENS),
    Said("macrogol allergy", _allergy("PEG", reaction="urticaria"), ("peg-polysorbate",), MACROGOL),
    Said(
        "gelatin allergy, pig gelatin planned",
        _allergy("gelatine", reaction="urticaria"),
        ("gelatin-alpha-gal", "allergy-any-planned-ingredient"),
        PORCINE,
    ),
    Said(
        "red meat allergy after a tick bite",
        _allergy("red meat allergy after a tick bite", reaction="urticaria"),
        ("gelatin-alpha-gal",),
        PORCINE,
    ),
    Said("benzyl alcohol allergy", _allergy("benzyl alcohol", reaction="dermatitis"), ("benzyl-alcohol",), PRESERVED),
    Said("allergic to everything", _condition("allergic to everything"), ("multiple-severe-allergies",)),
    Said("reacted to the disinfectant", _allergy("chlorhexidine", reaction="urticaria"), ("chlorhexidine",), PREPARED),
    Said("cobalt allergy and vitamin B12", _allergy("cobalt", reaction="dermatitis"), ("b12-reaction-or-cobalt",), VITAMINS),
    Said("reacted to a vitamin B injection", _allergy("vitamin B1", reaction="urticaria"), ("thiamine-sensitivity",), VITAMINS),
    Said("latex", _allergy("rubber gloves", reaction="urticaria"), ("latex",)),
    Said("G6PD deficiency and numbing cream", _condition("G6PD deficiency"), ("methaemoglobinaemia-risk",), NUMBED),
    Said("G6PD deficiency and vitamin C", _condition("favism"), ("vitc-g6pd",), VITAMIN_C),
    Said("methaemoglobinaemia and numbing cream", _condition("methaemoglobinaemia"), ("methaemoglobinaemia-known",), NUMBED),
    Said("dapsone and numbing cream", _medicine("dapsone"), ("methaemoglobinaemia-risk",), NUMBED),
    Said("beta blocker", _medicine("bisoprolol"), ("beta-blocker-anaphylaxis",)),
    Said("beta blocker in eye drops", _medicine("timolol eye drops"), ("beta-blocker-anaphylaxis",)),
    Said(
        "ACE inhibitor after anaphylaxis",
        {**_medicine("ramipril"), **_condition("anaphylactic shock", status="resolved", ended="2018")},
        ("ace-inhibitor-anaphylaxis",),
    ),
    Said(
        "a clotting tendency in the family, and tranexamic acid",
        _condition("factor V Leiden", subject="close-family"),
        ("thrombosis-history",),
        TRANEXAMIC,
    ),
    Said("clots and tranexamic acid", _condition("DVT", status="resolved", ended="2014"), ("txa-thromboembolism",), TRANEXAMIC),
    Said("interferon", _medicine("interferon"), ("interferon-therapy",)),
    Said("checkpoint inhibitor", _medicine("pembrolizumab"), ("immune-checkpoint",)),
    Said("sarcoidosis", _condition("sarcoidosis"), ("sarcoidosis",)),
    Said("dutasteride in one who may give blood", _condition("blood donor"), ("dutasteride-psa-donation",), HAIR_LOSS),
    Said("human placenta in one who may give blood", _condition("blood donor"), ("blood-donation-placenta",), PLACENTA),
    Said("blood test this week, and biotin", _procedure("thyroid blood test", date="2026-12-03", planned=True), ("biotin-lab",), BIOTIN),
    Said("measures sugar, and vitamin C", _condition("type 1 diabetes"), ("vitamin-c-glucose-test",), VITAMIN_C),
    Said(
        "injected at a beauty salon", _procedure("mesotherapy", date="2026-10", setting="beauty salon"), ("travel-ntm-source",), vague=True
    ),
    Said("injected abroad", _procedure("lip filler", date="2026-10-20", setting="abroad"), ("travel-ntm-source",)),
    Said("lumps that did not heal", _condition("lumps after mesotherapy"), ("ntm-awareness-history",)),
    Said(
        "nobody knows what is in the syringe",
        {},
        ("unknown-composition-product",),
        _plan(name="unlabelled syringe", facts={"present": ["composition-undeclared"]}),
    ),
]

ALL = [*ASKED_BY_FORMS, *ASKED_BY_ONE_OR_TWO, *SELDOM_ASKED]

LEFT_ALONE = {
    "migraine": (_condition("migraine"), "no source says that it changes the treatment; its medicines are asked for themselves"),
    "a migraine tablet": (_medicine("sumatriptan"), "no source says that it changes the treatment"),
    "blood transfusion long ago": (_procedure("blood transfusion", date="2009"), "what could have come with it is asked by name"),
    "under a doctor's care": (_condition("under the care of a doctor"), "says nothing by itself: the illness and the medicine are asked"),
    "easy bruising alone": (_condition("bruises easily"), "bleeding disorders and medicines that thin the blood are asked by name"),
    "venereal disease": (
        _condition("chlamydia", status="resolved", ended="2020"),
        "over, and not where the needle goes; HIV, hepatitis and herpes are asked",
    ),
    "waxing the day before": (_procedure("eyebrow wax", date="2026-11-29"), "broken or inflamed skin is asked for itself"),
    "fruit allergy": (_allergy("kiwi", reaction="local"), "nothing planned holds the fruit; what does is compared by ingredient"),
    "fruit acid cream": (_medicine("glycolic acid cream"), "irritated skin is asked for itself; peels and retinoids are counted"),
    "wind instrument, no toxin": (_condition("trumpet player"), "matters only for toxin around the mouth"),
    "operation that went badly years ago": (
        _procedure("knee surgery", date="2022", outcome="infection"),
        "keloids, bleeding and healing are asked for themselves",
    ),
    "the pill, no tranexamic acid": (_medicine("combined pill"), "matters for clots only where something in the plan adds to them"),
    "gallstones, no bile acid": (_condition("gallstones"), "matters only where the plan holds bile acids or artichoke"),
    "controlled high blood pressure": (
        _condition("high blood pressure", controlled=True),
        "under control it changes nothing; what is not, or reads 180, is counted",
    ),
    "underactive thyroid": (
        _condition("underactive thyroid"),
        "treated and stable, it changes nothing; autoimmune kinds are asked by name",
    ),
}
"""Asked by some form, and left alone on purpose: what is said, and why nothing is raised."""


def _intake(said: dict[str, Any], plan: dict[str, Any]) -> dict[str, Any]:
    quiet: dict[str, Any] = {
        "patient": {"birth_date": "1986-03-14", "sex": "female"},
        "allergies": [],
        "conditions": [],
        "medications": [],
        "procedures": [],
        "treatment": plan,
    }
    return quiet | said


@pytest.mark.parametrize("said", ALL, ids=lambda said: said.topic)
def test_what_the_forms_ask_about_is_caught(said: Said) -> None:
    report = screen(_intake(said.intake, said.plan), rulebook=BOOK)
    raised = {finding.rule for finding in report.findings if said.vague or finding.status == "present"}
    assert raised & set(said.rules), f"none of {said.rules} is raised, only {sorted(raised)}"


@pytest.mark.parametrize("said", [said for said in ALL if said.intake], ids=lambda said: said.topic)
def test_it_is_the_answer_that_raises_it(said: Said) -> None:
    by_plan_alone = {"dutasteride-psa-donation", "blood-donation-placenta"}
    report = screen(_intake({}, said.plan), rulebook=BOOK)
    present = {finding.rule for finding in report.findings if finding.status == "present"}
    assert not present & set(said.rules) - by_plan_alone


@pytest.mark.parametrize("topic", LEFT_ALONE)
def test_what_is_left_alone_on_purpose_is_understood_and_raises_nothing(topic: str) -> None:
    said, reason = LEFT_ALONE[topic]
    report = screen(_intake(said, BOOSTER), rulebook=BOOK)
    assert ([finding.rule for finding in report.findings], report.unrecognised) == ([], ()), reason


def test_every_rule_that_is_named_exists() -> None:
    assert {rule for said in ALL for rule in said.rules} <= set(BOOK.rules)


def test_no_topic_is_named_twice() -> None:
    topics = [said.topic for said in ALL] + list(LEFT_ALONE)
    assert len(topics) == len(set(topics))

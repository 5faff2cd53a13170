"""The shape of rulebook files, as pydantic models: which keys, which types, which closed lists."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StringConstraints

ID = r"^[a-z0-9]+(-[a-z0-9]+)*$"
LANGUAGE = r"^[a-z]{2}$"

Text = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, min_length=1)]
Id = Annotated[str, StringConstraints(strict=True, pattern=ID)]
Language = Annotated[str, StringConstraints(strict=True, pattern=LANGUAGE)]
_Level = Literal["absolute", "relative", "precaution"]
_Hazard = Literal[
    "allergic-reaction", "infection", "bleeding", "scarring", "pigment-change", "drug-interaction",
    "harm-to-pregnancy", "systemic-toxicity", "psychological-harm", "legal", "wrong-treatment",
]  # fmt: skip


def _folded(value: object) -> object:
    return " ".join(value.split()) if isinstance(value, str) else value


def _many(value: object) -> object:
    return [value] if isinstance(value, str) else value


Prose = Annotated[Text, BeforeValidator(_folded)]
Ids = Annotated[tuple[Id, ...], BeforeValidator(_many)]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SourceFile(_File):
    """One entry of `sources.yaml`."""

    title: Prose
    publisher: Prose | None = None
    url: Text | None = None
    kind: Text
    read: StrictBool


class CitationFile(_File):
    """One member of a rule's `sources`."""

    ref: Text
    pinpoint: Prose | None = None
    supports: Prose
    strength: Literal["direct", "partial", "context"] = "direct"


class ExampleFile(_File):
    """One member of a rule's `examples`."""

    name: Prose
    given: dict[str, Any] = Field(default_factory=dict)
    on: Text = "2026-12-01"
    expect: Literal["present", "possible", "clear", "not-assessed"]


class RuleTranslationFile(_File):
    """What a report prints of a rule, in another language."""

    title: Prose | None = None
    because: Prose | None = None
    action: Prose | None = None


class RuleFile(_File):
    """One rule."""

    id: Id
    title: Prose
    domain: Literal["allergy", "infection", "medical-history"]
    topic: Id
    level: _Level
    if_unanswered: _Level | None = None
    limits: dict[Id, Any] = Field(default_factory=dict)
    when: Any
    because: Prose
    action: Prose
    translations: dict[Language, RuleTranslationFile] = Field(default_factory=dict)
    support: Literal["strong", "weak", "partial", "inference"]
    ours: Prose | None = None
    disagreement: Prose | None = None
    sources: tuple[CitationFile, ...]
    covers: Ids = ()
    refines: Ids = ()
    hazards: tuple[_Hazard, ...] = ()
    review_by: Text | None = None
    examples: Annotated[tuple[ExampleFile, ...], Field(min_length=1)]


class ConversionFile(_File):
    """canonical = value * times + plus."""

    times: StrictFloat | StrictInt
    plus: StrictFloat | StrictInt = 0


class ConceptFile(_File):
    """One concept of a vocabulary file."""

    label: Prose
    labels: dict[Language, Prose] = Field(default_factory=dict)
    parents: Ids = ()
    names: dict[Language, tuple[Text, ...]] = Field(default_factory=dict)
    trade_names: tuple[Text, ...] = ()
    codes: dict[Literal["atc", "unii", "rxnorm", "icd-10", "snomed", "loinc"], tuple[Text, ...]] = Field(default_factory=dict)
    contains: Ids = ()
    may_contain: Ids = ()
    excipient: StrictBool = False
    route: Literal["oral", "topical", "injected", "inhaled", "nasal", "ophthalmic", "vaginal", "rectal"] | None = None
    means: dict[Literal["is", "severity", "controlled", "status", "subject", "route"], str | StrictBool] | None = None
    near: Ids = ()
    unit: Text | None = None
    conversions: dict[Text, ConversionFile] = Field(default_factory=dict)
    composition: Literal["stated", "unstated"] = "unstated"
    complete: StrictBool = False
    uses_products: StrictBool = False
    note: Prose = ""


class AmbiguousFile(_File):
    """A name that honestly means several concepts."""

    name: Text
    means: Ids
    note: Prose = ""


class VocabularyFile(_File):
    """One file of `vocabulary/`."""

    kind: Literal[
        "substance", "medication", "condition", "procedure", "area", "product", "measurement", "fact", "technique", "outcome", "setting"
    ]
    concepts: dict[Id, ConceptFile]
    ambiguous: tuple[AmbiguousFile, ...] = ()
    no_rule_asks: tuple[Id, ...] = ()


class CrossReactionFile(_File):
    """One edge of `cross-reactivity.yaml`."""

    allergy_to: Id
    reacts_with: Id
    strength: Literal["likely", "possible"]
    both_ways: StrictBool = False
    ref: Text
    note: Prose = ""


class NoCrossReactionFile(_File):
    """A negative finding: a note, not an edge."""

    allergy_to: Id
    reacts_with: Id
    ref: Text | None = None
    note: Prose


class CrossReactivityFile(_File):
    """`cross-reactivity.yaml`."""

    cross_reactions: tuple[CrossReactionFile, ...]
    no_cross_reaction: tuple[NoCrossReactionFile, ...] = ()


class QualifierFile(_File):
    """Words that set a field of the entry they stand in."""

    set: dict[Literal["severity", "controlled", "status", "subject", "route"], str | StrictBool]
    names: dict[Language, tuple[Text, ...]]


class WordsFile(_File):
    """`words.yaml`."""

    negations: dict[Language, tuple[Text, ...]]
    exceptions: dict[Language, tuple[Text, ...]]
    none: dict[Language, tuple[Text, ...]]
    forms: dict[Language, tuple[Text, ...]]
    qualifiers: tuple[QualifierFile, ...]


class ChangeFile(_File):
    """One change a clinic makes to a rule it did not write."""

    rule: Id
    level: _Level | None = None
    off: Literal[True] | None = None
    limit: dict[Id, Any] = Field(default_factory=dict)
    reason: Prose


class QuestionTranslationFile(_File):
    """What a form shows of a question, in another language."""

    text: Prose | None = None
    help: Prose | None = None
    options: dict[Id, Prose] = Field(default_factory=dict)


class GivenFile(_File):
    """What is said of every entry a question makes."""

    subject: Literal["close-family"] | None = None
    planned: Literal[True] | None = None


class QuestionFile(_File):
    """One question of a form: which of these concepts apply."""

    id: Id
    about: Literal["allergies", "conditions", "medications", "procedures", "measurements", "facts"]
    text: Prose
    help: Prose = ""
    span: Text = "ever"
    given: GivenFile = GivenFile()
    options: Annotated[dict[Id, Prose], Field(min_length=1)]
    translations: dict[Language, QuestionTranslationFile] = Field(default_factory=dict)


class GroupTranslationFile(_File):
    """The title of a group of questions in another language."""

    title: Prose


class QuestionGroupFile(_File):
    """One file of `questions/`: questions that stand together on a form."""

    group: Id
    title: Prose
    translations: dict[Language, GroupTranslationFile] = Field(default_factory=dict)
    questions: Annotated[tuple[QuestionFile, ...], Field(min_length=1)]


class HeadTranslationFile(_File):
    """What every report prints of the rulebook, in another language."""

    intended_use: Prose | None = None
    misuse: Prose | None = None


class RulebookFile(_File):
    """`rulebook.yaml`, or a clinic's own file."""

    name: Text
    version: Text
    intended_use: Prose = ""
    misuse: Prose = ""
    translations: dict[Language, HeadTranslationFile] = Field(default_factory=dict)
    extends: Text | None = None
    changes: tuple[ChangeFile, ...] = ()
    vocabulary: tuple[VocabularyFile, ...] = ()
    sources: dict[Text, SourceFile] = Field(default_factory=dict)
    rules: tuple[Any, ...] = ()
    questions: tuple[QuestionGroupFile, ...] = ()

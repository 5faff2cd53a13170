"""A bundle: its resources, what they refer to, and whom it is about.

References are followed as FHIR says: by `fullUrl`, relative to the referring entry, or into `contained`.
What two resources answer to, or none, leads nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from mesoscreen.fhir.errors import FhirProblem, NotUnderstood
from mesoscreen.fhir.strict import MAX_RESOURCES, json_of, problems_of, refuse, type_problem

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_BASE = re.compile(r"(?P<base>https?://.+/)(?P<local>[A-Z][A-Za-z]+/[A-Za-z0-9\-.]{1,64})")
_VERSION = re.compile(r"/_history/[^/]*$")
_TYPES = ("document", "message", "transaction", "transaction-response", "batch", "batch-response", "history", "searchset", "collection")


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource of a bundle, as written."""

    pointer: str
    """Where it stands in the bundle."""
    kind: str
    body: Mapping[str, Any]
    url: str = ""
    """The `fullUrl` of its entry; empty where it has none."""

    @property
    def local(self) -> str:
        """What it is called on its server, such as Patient/1; empty where it has no id."""
        return f"{self.kind}/{self.body['id']}" if "id" in self.body else ""

    @property
    def reference(self) -> str:
        """What another resource would call it."""
        return self.url or self.local


@dataclass(frozen=True, slots=True)
class Bundle:
    """The resources of a bundle, and what in it is none."""

    resources: tuple[Resource, ...]
    patient: Resource | str | None
    """The patient, or what the resources call a patient who is not in the bundle; None if nothing says."""
    odd: tuple[NotUnderstood, ...]
    called: Mapping[str, tuple[Resource, ...]]
    """The resources by everything others may call them: `fullUrl`, and type with id."""

    def find(self, reference: str, asking: Resource) -> Resource | None:
        """Follow a reference; None if it does not lead to exactly one resource."""
        if reference.startswith("#"):
            found = [one for one in _contained(asking) if one.body.get("id") == reference[1:]]
        else:
            found = list(_referred(self.called, reference, asking))
        return found[0] if len(found) == 1 else None

    def is_about_the_patient(self, resource: Resource) -> bool:
        """Say whether the subject of a resource is the patient, for certain."""
        subject = _subject(resource)
        if subject is None or self.patient is None:
            return False
        reference = subject.get("reference")
        if isinstance(self.patient, str):
            return reference is not None and _VERSION.sub("", reference) == self.patient
        if reference is not None:
            return self.find(reference, resource) is self.patient
        return "identifier" in subject and any(_same(subject["identifier"], own) for own in self.patient.body.get("identifier", ()))

    def is_about_somebody_else(self, resource: Resource) -> bool:
        """Say whether the subject of a resource is in the bundle and not the patient."""
        reference = (_subject(resource) or {}).get("reference")
        found = self.find(reference, resource) if reference is not None else None
        return found is not None and found is not self.patient


def bundle_of(data: Mapping[str, Any] | str | bytes, *, reads: Collection[str], patient: str | None) -> Bundle:
    """Take a bundle apart; `reads` are the kinds whose every detail is checked, `patient` names one of several.

    Raises:
        FhirError: it breaks FHIR, or it is not clear whom it is about.

    """
    body = json_of(data)
    entries = body.get("entry", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        refuse([FhirProblem("/entry", "wrong-type", "not a list of objects")])
    if len(entries) > MAX_RESOURCES:
        refuse([FhirProblem("/entry", "too-large", f"longer than the {MAX_RESOURCES} entries allowed")])
    problems = problems_of("Bundle", {**body, "entry": [_shell(entry) for entry in entries]} if entries else body, "")
    if not problems and body["type"] not in _TYPES:
        problems.append(FhirProblem("/type", "bad-value", f"must be one of {', '.join(f'`{one}`' for one in _TYPES)}"))
    elif not problems and body["type"] == "history":
        problems.append(FhirProblem("/type", "old-versions", "a history holds outdated versions; send a collection or a searchset"))
    found, odd = [], list(_unpaged(body))
    for at, entry in enumerate(entries):
        pointer = f"/entry/{at}"
        if "resource" not in entry:
            odd.append(NotUnderstood(pointer, "Bundle", "not-a-resource", "the entry holds no resource"))
            continue
        wrong = type_problem(entry["resource"], f"{pointer}/resource")
        if wrong is not None:
            problems.append(wrong)
            continue
        kind = entry["resource"]["resourceType"]
        if kind in reads:
            problems += problems_of(kind, entry["resource"], f"{pointer}/resource")
        found.append(Resource(f"{pointer}/resource", kind, entry["resource"], str(entry.get("fullUrl", ""))))
    refuse(problems)
    called: dict[str, tuple[Resource, ...]] = {}
    for one in found:
        for name in {one.url, one.local} - {""}:
            called[name] = (*called.get(name, ()), one)
    bundle = Bundle(tuple(found), None, tuple(odd), called)
    return replace(bundle, patient=_patient(bundle, patient))


def _shell(entry: dict[str, Any]) -> dict[str, Any]:
    """Leave out the resources of an entry, which are checked by themselves."""
    shell = {key: value for key, value in entry.items() if key != "resource"}
    if isinstance(shell.get("response"), dict):
        shell["response"] = {key: value for key, value in shell["response"].items() if key != "outcome"}
    return shell


def _unpaged(body: Mapping[str, Any]) -> Iterator[NotUnderstood]:
    for at, link in enumerate(body.get("link", ())):
        if isinstance(link, dict) and link.get("relation") == "next":
            yield NotUnderstood(f"/link/{at}", "Bundle", "more-pages", "there are more pages; fetch them and screen all of them together")


def _patient(bundle: Bundle, wanted: str | None) -> Resource | str | None:
    patients = [one for one in bundle.resources if one.kind == "Patient"]
    if wanted is not None:
        named = [one for one in patients if wanted in (one.url, one.local, one.body.get("id"))]
        if len(named) != 1:
            refuse([FhirProblem("", "no-patient", "the patient asked for is not in the bundle, or there more than once")])
        return named[0]
    if len(patients) > 1:
        refuse([FhirProblem(one.pointer, "several-patients", "one of several patients; say which one is meant") for one in patients])
    if patients:
        return patients[0]
    called = {_VERSION.sub("", str(subject["reference"])): one.pointer for one in bundle.resources if "reference" in (subject := _subject(one) or {})}
    called = {name: pointer for name, pointer in called.items() if not name.startswith("#")}
    if len(called) > 1:
        refuse([FhirProblem(pointer, "several-patients", "about one of several patients, none of whom is in the bundle") for pointer in called.values()])
    return next(iter(called), None)


def _subject(resource: Resource) -> Mapping[str, Any] | None:
    """Give what a resource says of whom it is about."""
    subject = resource.body.get("subject", resource.body.get("patient"))
    return subject if isinstance(subject, Mapping) else None


def _contained(resource: Resource) -> Iterator[Resource]:
    for at, body in enumerate(resource.body.get("contained", ())):
        yield Resource(f"{resource.pointer}/contained/{at}", body["resourceType"], body)


def _referred(called: Mapping[str, tuple[Resource, ...]], reference: str, asking: Resource) -> Iterator[Resource]:
    target = _VERSION.sub("", reference)
    here = _BASE.fullmatch(asking.url)
    is_local = "/" in target and "://" not in target and not target.startswith("urn:")
    full = f"{here['base']}{target}" if is_local and here is not None else target
    for one in {id(one): one for name in (full, target) for one in called.get(name, ())}.values():
        if one.url == full or (is_local and one.local == target and (here is None or _BASE.fullmatch(one.url) is None)):
            yield one


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return "value" in one and "system" in one and (one["system"], one["value"]) == (other.get("system"), other.get("value"))

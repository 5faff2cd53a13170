"""Whatever is done to a bundle, it is read or refused; nothing else happens, and nothing of the patient is told."""

from __future__ import annotations

import copy
from typing import Any

from bundles import PLAN, bundle, bundles
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from mesoscreen import screen
from mesoscreen.errors import MesoscreenError
from mesoscreen.fhir import FhirError, cards, read_bundle

SURNAME = "Margarethe-Quux"
JUNK: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, 0, -1, 1e308, 20200101, "", " ", SURNAME, "2020-02-30", [], [None], [[]], {}, {SURNAME: SURNAME}, {"coding": [None]}, [SURNAME], {"reference": SURNAME}],
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, one in inside for place in places(one, (*path, key)))]


def put(data: Any, path: tuple[Any, ...], junk: Any) -> Any:
    broken = copy.deepcopy(data)
    at = broken
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = junk
    return broken


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(bundles(), st.data())
def test_a_bundle_with_junk_in_it_is_read_or_refused(data: dict[str, Any], draw: st.DataObject) -> None:
    broken = put(data, draw.draw(st.sampled_from(places(data)[1:])), draw.draw(JUNK))
    try:
        understood = read_bundle(broken, treatment=PLAN)
    except FhirError as error:
        event("refused")
        assert SURNAME not in f"{error} {error!r}"  # noqa: PT017 - one of two ways to be right
        return
    event("read")
    report = screen(understood.intake)
    cards(report, understood)
    assert SURNAME not in f"{understood!r} {understood.not_understood}"


@settings(max_examples=200, deadline=None)
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_junk_for_a_resource_is_read_or_refused(junk: Any) -> None:
    try:
        read_bundle(bundle(junk))
    except MesoscreenError as error:
        assert isinstance(error, FhirError)  # noqa: PT017

"""Fields, sessions and facts that durable-rules takes for one another, since it compares 32-bit hashes of their names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from engine.hazards.bare import bare
from engine.hazards.witness import fnv

from mesoscreen.criteria.criterion import NO, YES
from mesoscreen.rulebook.formula import Is, Not

if TYPE_CHECKING:
    from engine.hazards.conftest import Decides
    from engine.hazards.witness import Witness

pytest.importorskip("durable_rules_engine", exc_type=ImportError)

ONE, OTHER = "q562789", "q779192"


def test_fields_of_a_rulebook_hash_apart(decides_rightly: Decides, witness: Witness) -> None:
    assert fnv(ONE) == fnv(OTHER)
    assert bare(f'show(times({{"{ONE}": 1}}, {{"{OTHER}": 1}}))').shown == [1]
    # The watched extension refuses rules of which two fields, or a field and a word of its own, have one hash.
    decides_rightly([*map(Is, range(700)), *map(Not, range(700))], 700, [YES, *[NO] * 699])
    assert witness.facts


def test_patients_never_share_a_session_by_the_hash_of_a_name(decides_rightly: Decides, witness: Witness) -> None:
    two_patients = bare(f"""
        handle = network({{"both": {{"all": [{{"x": {{"k": "pregnant"}}}}, {{"y": {{"k": "retinoid"}}}}]}}}})
        put(handle, {{"k": "pregnant"}}, "{ONE}")
        show(fired(handle, put(handle, {{"k": "retinoid"}}, "{OTHER}")[1]))
    """)
    assert two_patients.shown == [["both"]]
    decides_rightly([Is(0), Is(1)], 2, [YES, NO], [NO, YES], [NO, NO])
    assert len({fact[: len('{"sid":"s","id":"i"')] for fact in witness.facts}) == 1


def test_no_fact_is_dropped_as_one_seen_before(decides_rightly: Decides, witness: Witness) -> None:
    dropped = bare(f"""
        handle = rules(pregnant={{"pregnant": 1}})
        show([put(handle, {{"id": id, "pregnant": 1, "n": n}})[0] for n, id in enumerate(("{ONE}", "{OTHER}", "{ONE}"))])
        show([put(handle, {{"pregnant": 1}}, "t")[0] for _ in range(2)])
    """)
    # Code 2, "observed": what the second fact says is ignored, though it may say something else.
    assert dropped.shown == [[0, 2, 2], [0, 2]]
    same_again = [[YES, NO]] * 5
    decides_rightly([Is(0), Not(1)], 2, *same_again)
    assert len(witness.facts) > len(set(witness.facts))

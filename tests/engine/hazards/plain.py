"""durable-rules without any of our guards, for the snippets that `bare` runs in a process of their own."""

from __future__ import annotations

import json
import resource
import signal
import sys
from itertools import count
from typing import TYPE_CHECKING, Any

import durable_rules_engine as durable

if TYPE_CHECKING:
    from collections.abc import Callable

resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
_sessions = count()


def show(*values: Any) -> None:
    """Tell the test what was seen, and at once: the next line may be the last."""
    for value in values:
        sys.stdout.write(json.dumps(value) + "\n")
        sys.stdout.flush()


def rules(**conditions: Any) -> int:
    """Compile one rule for each condition, each about a single fact."""
    return network({name: {"all": [{"m": condition}]} for name, condition in conditions.items()})


def siblings(number: int) -> int:
    """Compile rules of one field each: r0 asks p0, and so on."""
    return rules(**{f"r{n}": {f"p{n}": 1} for n in range(number)})


def all_true(number: int) -> dict[str, int]:
    """Give the fact in which so many fields hold."""
    return {f"p{n}": 1 for n in range(number)}


def network(definition: object) -> int:
    """Compile rules as durable-rules defines them, or as text."""
    handle: int = durable.create_ruleset("bare", definition if isinstance(definition, str) else json.dumps(definition))
    return handle


def put(handle: int, fact: object, session: str = "s") -> tuple[int, int]:
    """Assert one fact, or its text; give the return code and the state."""
    text = fact if isinstance(fact, str) else json.dumps({"sid": session, **fact})  # type: ignore[dict-item]
    done: tuple[int, int] = durable.assert_fact(handle, text)
    return done


def fired(handle: int, state: int, most: int = 5000) -> list[str]:
    """Run the agenda; give the names of the rules that fired."""
    started = durable.start_action_for_state(handle, state)
    message = started and started[1]
    names: list[str] = []
    while message is not None and len(names) < most:
        names += json.loads(message)
        message = durable.complete_and_start_action(handle, state)
    return names


def ask(handle: int, *facts: Any) -> list[str]:
    """Assert facts one by one in a session of their own; give the names of the rules that fired."""
    session, state = f"session-{next(_sessions)}", 0
    for fact in facts:
        state = put(handle, fact, session)[1]
    return fired(handle, state)


def times(condition: Any, fact: Any) -> int:
    """Count how often a rule with this condition fires on this fact."""
    return len(ask(rules(r=condition), fact))


def attempt(call: Callable[..., Any], *given: Any) -> Any:
    """Call, and give what comes back: the result, or else the engine's error code or the exception's name."""
    try:
        return call(*given)
    except durable.error as error:
        return f"error {str(error)[-3:]}"
    except Exception as error:  # noqa: BLE001 - to be shown
        return type(error).__name__


def end_if_busy_for(seconds: float) -> None:
    """Have this process killed once it has computed for so long."""
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)

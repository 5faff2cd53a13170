"""Change an input as a whole: as the JSON or YAML it is, so that what comes out is mostly well formed and goes deep."""

from __future__ import annotations

import json
import random as chance
import re
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from fuzz.grammar import DATES, NUMBERS, ODD_TEXTS, Grower, condition, file_schema, intake_schema, tiny_files
from fuzz.targets import FILES

from mesoscreen.rulebook.source import SourceError, read_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from random import Random

    from mesoscreen.vocabulary.concepts import Space

    Bytes = Callable[[bytes, int], bytes]
    Place = tuple[Any, Any]

_RAW = "raw number "
_RAW_TEXT = re.compile(rf'"{_RAW}([^"]*)"')
_KEY = re.compile(r'"[a-z_]+": ?("[^"]*"|\d+|true|false|null)')
_MOST = 100
_SPACES: tuple[tuple[Space, ...], ...] = (
    ("pharmacy", "product"), ("condition",), ("procedure",), ("measurement",), ("area",), ("fact",), ("technique",), ("outcome", "setting"),
)  # fmt: skip


def mutate_intake(data: bytes, most: int, seed: int, plainly: Bytes) -> bytes:
    """Change one JSON text; `plainly` changes bytes without knowing what they mean."""
    random = chance.Random(seed)
    if random.random() < 0.1:
        return plainly(data, most)
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        document = None
    grower = Grower(random, intake_schema())
    if not isinstance(document, dict) or random.random() < 0.03:
        document = grower.grow()
    box = [document]
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        _change_intake(box, grower)
    text = json.dumps(box[0], ensure_ascii=random.random() < 0.5)
    text = _RAW_TEXT.sub(_unquoted, text)
    if random.random() < 0.05:
        text = _twice(text, random)
    out = text.encode("utf-8", "replace" if random.random() < 0.5 else "surrogatepass")
    return out if len(out) <= most else data


def _change_intake(box: list[Any], grower: Grower) -> None:
    """Mostly add or change what fits, so that what comes out is still read and screened."""
    random = grower.random
    within, key = random.choice([*_places(box)])
    dice = random.random()
    if dice < 0.45 and isinstance(box[0], dict):
        fresh: dict[str, Any] = {}
        while not fresh:
            fresh = grower.grow()
        part = random.choice([*fresh])
        box[0][part] = _joined(box[0].get(part), fresh[part])
    elif dice < 0.75:
        texts = [(inside, at) for inside, at in _places(box) if isinstance(inside[at], str)]
        if texts:
            inside, at = random.choice(texts)
            inside[at] = grower.text(at if isinstance(at, str) else "name", random.choice(_SPACES))
    elif dice < 0.8:
        within[key] = random.choice(DATES)
    elif dice < 0.85:
        within[key] = _RAW + random.choice(NUMBERS)
    elif dice < 0.9:
        within[key] = random.choice((None, [], {}, True, [[]], {"name": "x"}, [None], *ODD_TEXTS))
    else:
        _change_anywhere(box, within, key, random)


def _change_anywhere(box: list[Any], within: Any, key: Any, random: Random) -> None:
    """Copy, move, repeat, nest, rename or take away what stands somewhere."""
    other, at = random.choice([*_places(box)])
    match random.randrange(6):
        case 0:
            within[key] = deepcopy(other[at])
        case 1 if isinstance(within, list) and within is not box:
            within += [deepcopy(within[key]) for _ in range(min(random.choice((1, 3, 10, _MOST)), _MOST + 1 - len(within)))]
        case 2 if within is not box:
            del within[key]
        case 3 if isinstance(within, dict):
            within[random.choice((*ODD_TEXTS, "name", "areas", "status", "present", "products", str(at)))] = within.pop(key)
        case 4:
            for _ in range(random.choice((1, 2, 30))):
                within[key] = [within[key]] if random.random() < 0.5 else {"present": within[key]}
        case _ if isinstance(within[key], list):
            random.shuffle(within[key])
        case _:
            within[key] = deepcopy(other[at])


def _joined(old: Any, new: Any) -> Any:
    """Add to a list or an object what fits into it, else replace it."""
    if isinstance(old, list) and isinstance(new, list):
        return [*old, *new][:_MOST]
    if isinstance(old, dict) and isinstance(new, dict):
        return {**old, **{key: _joined(old.get(key), value) for key, value in new.items()}}
    return new


def _places(node: Any) -> Iterator[Place]:
    waiting = [node]
    while waiting:
        within = waiting.pop()
        for key, inner in within.items() if isinstance(within, dict) else enumerate(within):
            yield within, key
            if isinstance(inner, dict | list):
                waiting.append(inner)


def _twice(text: str, random: Random) -> str:
    """Give one key of some object twice."""
    keys = [*_KEY.finditer(text)]
    if not keys:
        return text
    one = random.choice(keys)
    return f"{text[: one.end()]}, {one[0]}{text[one.end() :]}"


def mutate_rulebook(data: bytes, most: int, seed: int, plainly: Bytes) -> bytes:
    """Change one YAML text that names in its first line which file of the tiny rulebook it stands for."""
    random = chance.Random(seed)
    first, _, rest = data.partition(b"\n")
    file = first.removeprefix(b"# ").decode("ascii", "replace").strip()
    if file in FILES and random.random() < 0.15:
        return (first + b"\n" + plainly(rest, most - len(first) - 1))[:most]
    document: Any = None
    if file in FILES and random.random() < 0.9:
        try:
            root = read_text(rest.decode("utf-8"), file).root
            document = root.plain() if root is not None else None
        except (SourceError, UnicodeDecodeError):
            document = None
    if not isinstance(document, dict):
        file = random.choice((*FILES, "clinic.yaml", "clinic.yaml"))
        document = deepcopy(tiny_files()[file])
    box = [document]
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        _change_file(box, file, random)
    text = json.dumps(box[0], ensure_ascii=random.random() < 0.5, indent=random.choice((None, 1, 1)))
    out = f"# {file}\n{_RAW_TEXT.sub(_unquoted, text)}\n".encode("utf-8", "replace")
    return out if len(out) <= most else data


def _unquoted(found: re.Match[str]) -> str:
    return found[1]


def _change_file(box: list[Any], file: str, random: Random) -> None:
    """Mostly say something else in the same grammar, so that what comes out is still loaded and screened with."""
    grower = Grower(random, file_schema(file))
    within, key = random.choice([*_places(box)])
    dice, top = random.random(), box[0]
    if dice < 0.4 and isinstance(top, dict) and "when" in top:
        when = condition(random)
        top["when"] = when if random.random() < 0.5 else {random.choice(("all", "any")): [top["when"], when]}
    elif dice < 0.4 and file == "clinic.yaml" and isinstance(top, dict) and isinstance(top.setdefault("rules", []), list):
        rules = [tiny_files()[name] for name in FILES if "/" in name and not name.startswith("vocabulary")]
        top["rules"].append({**deepcopy(random.choice(rules)), "id": f"own-{random.randrange(9)}", "when": condition(random)})
    elif dice < 0.6 and isinstance(top, dict):
        fresh = grower.grow()
        for part in random.sample([*fresh], min(len(fresh), 1)) if isinstance(fresh, dict) else ():
            top[part] = _joined(top.get(part), fresh[part])
    elif dice < 0.7:
        within[key] = random.choice((None, [], {}, True, False, 0, 1, -1, 1.5, [[]], {"is": "herpes"}, *ODD_TEXTS, *DATES))
    elif dice < 0.75:
        within[key] = _RAW + random.choice([number for number in NUMBERS if len(number) < 50])
    elif dice < 0.85 and isinstance(within, dict):
        other, at = random.choice([*_places([tiny_files()])])
        within[random.choice((key, at, *ODD_TEXTS)) if isinstance(at, str) and random.random() < 0.4 else key] = deepcopy(other[at])
    else:
        _change_anywhere(box, within, key, random)

"""What it takes to load durable-rules, and what its own host for rules brings along."""

from __future__ import annotations

import ctypes
import importlib.util
import sys
from pathlib import Path

import pytest
from engine.hazards.bare import bare

from mesoscreen import Intake, Rulebook, screen
from mesoscreen.engine import is_available, ruleset
from mesoscreen.screening import Screener

needs_engine = pytest.mark.skipif(not is_available(), reason="durable-rules cannot be loaded here")
INTAKE = Intake.model_validate_json((Path(__file__).parents[3] / "docs/examples/consultation.json").read_text(encoding="utf-8"))


def test_specification_decides_alone_where_the_engine_cannot_be_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    extension = importlib.util.find_spec("durable_rules_engine")
    if extension is not None and extension.origin is not None:
        # What it calls was a macro until 3.12, and is a function nowhere. Built without the macro, it cannot be loaded.
        calls_the_macro = b"PyEval_CallObject\0" in Path(extension.origin).read_bytes()
        assert not hasattr(ctypes.pythonapi, "PyEval_CallObject")
        assert is_available() != calls_the_macro
        assert is_available() or sys.version_info >= (3, 13)
    expected = screen(INTAKE)

    def missing() -> None:
        raise ImportError("undefined symbol: PyEval_CallObject")

    monkeypatch.setattr(ruleset, "library", missing)
    assert not is_available()
    report = Screener(Rulebook.default()).screen(INTAKE, expected.stamp.on)
    assert report.stamp.engine == "specification"
    assert report.findings == expected.findings


@needs_engine
def test_screening_starts_no_thread_and_loads_no_host() -> None:
    host = bare("""
        import os, threading
        from durable.engine import Host
        on_main_thread, ran = [], threading.Event()
        def act(context):
            on_main_thread.append(threading.current_thread() is threading.main_thread())
            ran.set()
        host = Host({"r": {"rule": {"all": [{"m": {"k": 1}}], "run": act}}})
        host.get_ruleset("r").assert_fact({"sid": "s", "k": 1})
        show(ran.wait(20), on_main_thread, threading.active_count() > 1)
        os._exit(0)
    """)
    assert host.shown == [True, [False], True]
    ours = bare(
        """
        import sys, threading
        from mesoscreen import screen
        show(screen({}).stamp.engine, threading.active_count(), [name for name in sys.modules if name.split(".")[0] == "durable"])
        """
    )
    assert ours.shown == [ruleset.NAME, 1, []]


@needs_engine
def test_errors_are_raised_and_a_patient_without_findings_is_none() -> None:
    host = bare("""
        import os
        from durable.engine import Host
        def act(context):
            raise ValueError("lost")
        host = Host({"r": {"rule": {"all": [{"m": {"k": 1}}], "run": act}}})
        show("lost" in host.assert_fact("r", {"sid": "1", "k": 1})["exception"])
        show(attempt(host.assert_fact, "r", {"sid": "2", "k": 0}))
        os._exit(0)
    """)
    # What a rule's own code raises ends up as text in the session; that nothing applies is what raises.
    assert host.shown == [True, "MessageNotHandledException"]


@needs_engine
def test_warnings_may_be_errors() -> None:
    options = ("-W", "error")
    host = bare(
        """
        from durable import engine
        show("utcfromtimestamp" in engine._unix_now.__code__.co_names, attempt(engine._unix_now))
        """,
        *options,
    )
    uses_what_is_deprecated, outcome = host.shown
    assert uses_what_is_deprecated
    assert (outcome == "DeprecationWarning") == (sys.version_info >= (3, 12))
    assert bare("from mesoscreen import screen; show(screen({}).stamp.engine)", *options).shown == [ruleset.NAME]

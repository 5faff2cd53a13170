"""Open a record, review it, amend it, and find it again, in a store in memory."""

from __future__ import annotations

from datetime import date

from store import find, history, open_store, read, save

from mesoscreen import screen
from mesoscreen.records import Choice, Decision, OverrideReason, Reviewer, ScreeningRecord

store = open_store("sqlite://")
intake = {
    "patient": {"birth_date": "1986-03-14", "sex": "female"},
    "medications": [{"name": "Roaccutane", "status": "stopped", "stopped": "2026-08"}],
    "treatment": {"date": "2026-11-30", "areas": ["face"], "products": []},
}
opened = save(store, ScreeningRecord(patient="P-1041", report=screen(intake), recorded=date(2026, 11, 27)))
print("opened  ", opened)

record = read(store, opened)
present = [finding.rule for finding in record.report.findings if finding.status == "present"]
reviewed = record.amended(
    recorded=date(2026, 11, 28),
    status="reviewed",
    reviewer=Reviewer(staff="S-07", role="physician"),
    decision=Choice.DEFER,
    decisions=tuple(Decision(rule=rule, choice=Choice.DEFER) for rule in present),
)
print("reviewed", save(store, reviewed))

cleared = reviewed.amended(
    recorded=date(2026, 12, 2),
    decision=Choice.PROCEED,
    note="allergies and illnesses asked at the desk: none",
    decisions=tuple(
        Decision(rule=rule, choice=Choice.PROCEED, reason=OverrideReason.CLEARANCE_OBTAINED, note="letter of 2026-12-01") for rule in present
    ),
)
print("amended ", save(store, cleared))

print("history ", [one.decision and one.decision.value for one in history(store, "P-1041")])
for one in find(store, reason=OverrideReason.CLEARANCE_OBTAINED):
    print("overrode", [(made.rule, made.reason and made.reason.display()) for made in one.decisions])

"""Keep screening records in SQLite: appended, never changed, and held against their digest when read.

The text of a record is what counts; the other columns repeat parts of it so that it can be found.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from sqlalchemy import DDL, ForeignKey, Index, and_, create_engine, event, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, aliased, mapped_column, relationship

from mesoscreen import MesoscreenError
from mesoscreen.records import Choice, OverrideReason, ScreeningRecord

if TYPE_CHECKING:
    from sqlalchemy import Engine


class StoreError(MesoscreenError):
    """The store refuses to save a record, or cannot vouch for one."""

    code = "store"


class Base(DeclarativeBase):
    """The tables of the store."""


class StoredRecord(Base):
    """One record as it was saved."""

    __tablename__ = "screening_record"
    number: Mapped[int] = mapped_column(primary_key=True)
    """In the order they came."""
    digest: Mapped[str] = mapped_column(unique=True)
    patient: Mapped[str] = mapped_column(index=True)
    report_sha256: Mapped[str]
    supersedes: Mapped[str | None] = mapped_column(ForeignKey("screening_record.digest", deferrable=True, initially="DEFERRED"), unique=True)
    """Unique: of two people who amend the same record, the second must first read what the other wrote."""
    text: Mapped[str]
    decisions: Mapped[list[StoredDecision]] = relationship(order_by="StoredDecision.rule")


class StoredDecision(Base):
    """What was decided about one finding, to search by."""

    __tablename__ = "screening_decision"
    record: Mapped[str] = mapped_column(ForeignKey("screening_record.digest"), primary_key=True)
    rule: Mapped[str] = mapped_column(primary_key=True)
    choice: Mapped[str] = mapped_column(index=True)
    reason: Mapped[str | None] = mapped_column(index=True)


IS_FIRST = StoredRecord.supersedes.is_(None)
# A form that is posted twice opens one record.
Index("one_record_opens_a_screening", StoredRecord.patient, StoredRecord.report_sha256, unique=True, sqlite_where=IS_FIRST)
for table in Base.metadata.tables.values():
    for verb in ("UPDATE", "DELETE"):
        trigger = f"CREATE TRIGGER no_{verb}_of_{table.name} BEFORE {verb} ON {table.name}"
        refusal = DDL(f"{trigger} BEGIN SELECT RAISE(ABORT, 'records are appended, never changed'); END")  # type: ignore[no-untyped-call]
        event.listen(table, "after_create", refusal)


def open_store(url: str) -> Engine:
    """Open a store, and make its tables where there are none."""
    # Parameters are about patients: they stay out of errors and logs.
    store = create_engine(url, hide_parameters=True)
    event.listen(store, "connect", lambda connection, _: connection.execute("PRAGMA foreign_keys = ON"))
    Base.metadata.create_all(store)
    return store


def save(store: Engine, record: ScreeningRecord) -> str:
    """Append a record and give its digest. A record that is there already, or opens a screening that is open, adds nothing.

    Raises:
        StoreError: it amends what is not there or was amended since, or opens a screening that has a record.

    """
    row = {
        "digest": record.digest,
        "patient": record.patient,
        "report_sha256": report_sha256(record),
        "supersedes": record.supersedes,
        "text": record.canonical().decode(),
    }
    with Session(store) as session, session.begin():
        # INVARIANT: the first statement writes, so two sessions take turns instead of both deciding on what they have read.
        added: str | None = session.scalar(insert(StoredRecord).values(row).on_conflict_do_nothing().returning(StoredRecord.digest))
        if added is None:
            return _already_there(session, record)
        if record.supersedes is not None:
            amended = session.scalar(select(StoredRecord.patient).where(StoredRecord.digest == record.supersedes))
            if amended != record.patient:
                raise StoreError("it amends a record that this store does not have of this patient; save that one first")
        session.add_all(StoredDecision(record=added, rule=rule, choice=choice, reason=reason) for rule, choice, reason in searchable(record))
        return added


def _already_there(session: Session, record: ScreeningRecord) -> str:
    if session.scalar(select(StoredRecord.number).where(StoredRecord.digest == record.digest)):
        return record.digest
    if record.supersedes is not None:
        raise StoreError("somebody has amended this record since; read the patient's history and amend the latest")
    query = select(StoredRecord).where(StoredRecord.patient == record.patient, StoredRecord.report_sha256 == report_sha256(record), IS_FIRST)
    first = vouched(session.scalars(query).one())
    if first.model_dump(exclude={"recorded"}) != record.model_dump(exclude={"recorded"}):
        raise StoreError("this screening has a record already; read the patient's history and amend the latest")
    return first.digest


def read(store: Engine, digest: str) -> ScreeningRecord:
    """Read a record.

    Raises:
        StoreError: there is none, or it is not what was saved.

    """
    with Session(store) as session:
        row = session.scalar(select(StoredRecord).where(StoredRecord.digest == digest))
        if row is None:
            raise StoreError("no record has this digest")
        return vouched(row)


def history(store: Engine, patient: str) -> list[ScreeningRecord]:
    """Read every record of a patient, in the order they came.

    Raises:
        StoreError: one of them is not what was saved.

    """
    with Session(store) as session:
        rows = session.scalars(select(StoredRecord).where(StoredRecord.patient == patient).order_by(StoredRecord.number))
        return [vouched(row) for row in rows]


def find(
    store: Engine, *, rule: str | None = None, choice: Choice | None = None, reason: OverrideReason | None = None, amended: bool = False
) -> list[ScreeningRecord]:
    """Find records with a decision that is all of this; those that were `amended` since only if asked.

    Raises:
        StoreError: one of them is not what was saved.

    """
    asked = {StoredDecision.rule: rule, StoredDecision.choice: choice, StoredDecision.reason: reason}
    wanted = [column == value for column, value in asked.items() if value is not None]
    query = select(StoredRecord).order_by(StoredRecord.number)
    if wanted:
        query = query.where(StoredRecord.decisions.any(and_(*wanted)))
    if not amended:
        later = aliased(StoredRecord)
        query = query.where(~select(later).where(later.supersedes == StoredRecord.digest).exists())
    with Session(store) as session:
        return [vouched(row) for row in session.scalars(query)]


def vouched(row: StoredRecord) -> ScreeningRecord:
    """Give the record of a row, once it is certain that it is the one that was saved."""
    if hashlib.sha256(row.text.encode()).hexdigest() == row.digest:
        record = ScreeningRecord.model_validate_json(row.text)
        found_by = (row.patient, row.supersedes, [(one.rule, one.choice, one.reason) for one in row.decisions])
        if found_by == (record.patient, record.supersedes, searchable(record)):
            return record
    raise StoreError(f"record number {row.number} is not what was saved; somebody changed it")


def report_sha256(record: ScreeningRecord) -> str:
    """Digest the report: it names the digest of the intake, so the same form gives the same one."""
    return hashlib.sha256(record.report.model_dump_json().encode()).hexdigest()


def searchable(record: ScreeningRecord) -> list[tuple[str, str, str | None]]:
    """List what can be searched for."""
    return sorted((one.rule, one.choice.value, one.reason and one.reason.value) for one in record.decisions)

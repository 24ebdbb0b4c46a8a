"""Loads a table into the DataStore: all of it or nothing, with its types, its key and its data dictionary.

CKAN's own way in is one INSERT a row. Here the rows go by COPY into a new table, together with the text they are found by
(packages.search_text, made here while PostgreSQL takes in what was sent before); it gets its indexes and takes the old table's place at
the end of the same transaction. Readers see the old table or the new one.

What a DataStore table must have is read from ``ckanext.datastore.backend.postgres`` (2.12): columns ``_id`` and ``_full_text``, a
trigger ``zfulltext``, an index on ``_full_text``, a unique index as "primary key", and one comment a column with its dictionary.
``_full_text`` stays empty: the terms of PostgreSQL's full-text search took longer to make and to index than all the rest together, and
search.tables asks ``_search_text``. CKAN shows no column whose name begins with ``_``, but for ``SELECT *`` in ``datastore_search_sql``.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from importlib.resources import files
from typing import Any

import sqlalchemy as sa
from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from ckanext.datastore.backend import postgres as datastore

from ..packages.search_text import row_text
from ..packages.table import Column
from . import dictionary

__all__ = ["drop", "exclusively", "fingerprint", "fingerprints", "has_search_text", "load", "renew_search_text"]

#: A later change of the loader that old tables need too: count up.
_LOADER_VERSION = 4
#: Begins the comment of every table that is ours.
_MARK = "miyagiict:"
#: The trigger functions of our tables (triggers.sql), named after the loader that made them.
SEARCH_TEXT, CHANGED = f"miyagiict_search_text_{_LOADER_VERSION}", f"miyagiict_changed_{_LOADER_VERSION}"
_TRIGGERS = (
    files(__package__).joinpath("triggers.sql").read_text(encoding="utf-8")
    .replace("{search_text}", SEARCH_TEXT).replace("{changed}", CHANGED).replace("{mark}", _MARK)
)

#: As many as a socket takes at once: while PostgreSQL reads them, the next ones are made.
_ROWS_AT_A_TIME = 500
_BYTES_AT_A_TIME = 1 << 18
#: Control characters that no accepted cell holds (packages.validate refuses them) mark borders while rows are joined.
_CELL, _NULL, _ROW = "\x1f", "\x1e", "\x1d"
_ESCAPES = (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r"), (_CELL, "\t"), (_NULL, "\\N"), (_ROW, "\n"))


def fingerprint(columns: Sequence[Column], primary_key: Sequence[str], content_sha256: str) -> str:
    """What a loaded table was made from; kept as the table's comment."""
    made_from = [_LOADER_VERSION, [asdict(column) for column in columns], list(primary_key), content_sha256]
    return _MARK + hashlib.sha256(json.dumps(made_from).encode()).hexdigest()


def fingerprints(resource_ids: Iterable[str]) -> dict[str, str]:
    """Resource id → fingerprint of the tables that exist; another text for a table that somebody else made or changed."""
    with _transaction() as cursor:
        cursor.execute(
            "SELECT relname, coalesce(obj_description(oid, 'pg_class'), '') FROM pg_class "
            "WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname = ANY(%s)",
            (list(resource_ids),),
        )
        return dict(cursor.fetchall())


def has_search_text(name: str) -> bool | None:
    """Whether the rows of a table carry the text they are found by.

    :param name: resource id, or an alias of it
    :returns: None for a table that was not made here, False for one that an older loader made
    """
    query = sa.text("""
        SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = pg_class.oid AND attname = '_search_text'),
            obj_description(oid, 'pg_class')
        FROM pg_class WHERE relname = :name AND relnamespace = 'public'::regnamespace AND relkind = 'r'
    """)
    with datastore.get_read_engine().connect() as connection:
        found = connection.execute(query, {"name": name}).one_or_none()
        if found is None:
            alias = sa.text('SELECT alias_of FROM "_table_metadata" WHERE name = :name')
            found = connection.execute(query, {"name": connection.execute(alias, {"name": name}).scalar()}).one_or_none()
    has_text, mark = found or (False, None)
    return True if has_text else False if (mark or "").startswith(_MARK) else None


def load(
    resource_id: str, columns: Sequence[Column], primary_key: Sequence[str], rows: Iterable[Sequence[str | None]], mark: str
) -> int:
    """Put a table in the place of the one that is there, if any.

    :param rows: cells as text that PostgreSQL reads for the column's type, None for a missing value
    :param mark: the table's ``fingerprint``
    :returns: number of rows
    :raises psycopg2.Error: nothing has changed
    """
    table = f"{resource_id}_new"
    with _transaction() as cursor:
        _ensure_triggers(cursor)
        cursor.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier(table)))
        count = _copy(cursor, table, columns, rows)
        _finish(cursor, table, columns, count, mark)
        indexes = _make_indexes(cursor, table, resource_id, primary_key)
        _take_place(cursor, table, resource_id, indexes)
        _remember_count(cursor, resource_id, count)
    return count


def drop(resource_id: str) -> None:
    """Remove a table and its aliases; nothing happens where there is none."""
    with _transaction() as cursor:
        cursor.execute(sql.SQL("DROP TABLE IF EXISTS {} CASCADE").format(sql.Identifier(resource_id)))


def renew_search_text(resource_id: str) -> None:
    """Make the text that rows are found by anew, when the table's columns are other ones; nothing happens where rows carry none."""
    if has_search_text(resource_id):
        with _transaction() as cursor:
            cursor.execute(sql.SQL("UPDATE {} SET _search_text = NULL").format(sql.Identifier(resource_id)))


@contextlib.contextmanager
def exclusively(name: str) -> Iterator[None]:
    """Hold a lock of that name; whoever wants the same one, in any process, waits."""
    key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
    connection = datastore.get_write_engine().raw_connection()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", (key,))
        connection.commit()
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", (key,))
        connection.commit()
        connection.close()


@contextlib.contextmanager
def _transaction() -> Iterator[Cursor]:
    connection: Connection = datastore.get_write_engine().raw_connection()  # type: ignore[assignment]
    try:
        with connection.cursor() as cursor:
            yield cursor
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
    finally:
        connection.close()


def _copy(cursor: Cursor, table: str, columns: Sequence[Column], rows: Iterable[Sequence[str | None]]) -> int:
    definitions = [sql.SQL("{} {}").format(sql.Identifier(column.name), sql.SQL(column.type)) for column in columns]
    cursor.execute(
        sql.SQL("CREATE TABLE {} (_id int4, _full_text tsvector, _search_text text, {})").format(
            sql.Identifier(table), sql.SQL(", ").join(definitions)
        )
    )
    # FREEZE: nobody sees the table before the end, so its first readers need not find out which rows are visible.
    cursor.copy_expert(sql.SQL("COPY {} FROM STDIN (FREEZE)").format(sql.Identifier(table)), _CopyText(rows), size=_BYTES_AT_A_TIME)
    return cursor.rowcount


def _finish(cursor: Cursor, table: str, columns: Sequence[Column], count: int, mark: str) -> None:
    name, sequence = sql.Identifier(table), sql.Identifier(f"{table}__id_seq")
    cursor.execute(sql.SQL("CREATE SEQUENCE {} AS int4 OWNED BY {}._id").format(sequence, name))
    cursor.execute("SELECT setval(%s, %s, %s)", (f'"{table}__id_seq"', max(count, 1), count > 0))
    cursor.execute(
        sql.SQL("ALTER TABLE {} ALTER _id SET DEFAULT nextval({}), ADD CONSTRAINT {} PRIMARY KEY (_id)").format(
            name, sql.Literal(f'"{table}__id_seq"'), sql.Identifier(f"{table}_pkey")
        )
    )
    for trigger, moment, function in (
        ("zfulltext", "BEFORE INSERT OR UPDATE ON {} FOR EACH ROW", SEARCH_TEXT),
        ("zchanged", "AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {} FOR EACH STATEMENT", CHANGED),
    ):
        cursor.execute(
            sql.SQL("CREATE TRIGGER {} {} EXECUTE PROCEDURE {}()").format(
                sql.Identifier(trigger), sql.SQL(moment).format(name), sql.Identifier(function)
            )
        )
    for column in columns:
        cursor.execute(
            sql.SQL("COMMENT ON COLUMN {}.{} IS {}").format(name, sql.Identifier(column.name), sql.Literal(_comment(column)))
        )
    cursor.execute(sql.SQL("COMMENT ON TABLE {} IS {}").format(name, sql.Literal(mark)))


def _make_indexes(cursor: Cursor, table: str, resource_id: str, primary_key: Sequence[str]) -> dict[str, str]:
    """Index the new table while the old one is still read.

    :returns: index name now → the name under which CKAN looks for it
    """
    method = datastore._get_fts_index_method()
    cursor.execute("SET LOCAL min_parallel_table_scan_size = '1MB'")
    cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
    indexes = {f"{table}_fts": datastore._generate_index_name(resource_id, '"_full_text"')}
    cursor.execute(
        # CKAN looks for an index of this name; there is nothing to put into it.
        sql.SQL("CREATE INDEX {} ON {} USING {} (_full_text) WHERE _full_text IS NOT NULL").format(
            sql.Identifier(f"{table}_fts"), sql.Identifier(table), sql.SQL(method)
        )
    )
    if primary_key:
        fields = ", ".join(datastore.identifier(field) for field in primary_key)
        indexes[f"{table}_key"] = datastore._generate_index_name(resource_id, fields)
        cursor.execute(
            sql.SQL("CREATE UNIQUE INDEX {} ON {} ({})").format(
                sql.Identifier(f"{table}_key"), sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, primary_key))
            )
        )
    return indexes


def _take_place(cursor: Cursor, table: str, resource_id: str, indexes: Mapping[str, str]) -> None:
    """Drop the old table and give the new one its name; aliases come back. Readers wait for this moment only."""
    aliases = _aliases(cursor, resource_id)
    cursor.execute(sql.SQL("DROP TABLE IF EXISTS {} CASCADE").format(sql.Identifier(resource_id)))
    renames = [("TABLE", table, resource_id), ("SEQUENCE", f"{table}__id_seq", f"{resource_id}__id_seq"),
               ("INDEX", f"{table}_pkey", f"{resource_id}_pkey")]
    renames += [("INDEX", now, then) for now, then in indexes.items()]
    for kind, now, then in renames:
        cursor.execute(sql.SQL("ALTER {} {} RENAME TO {}").format(sql.SQL(kind), sql.Identifier(now), sql.Identifier(then)))
    for alias in aliases:
        cursor.execute(sql.SQL("CREATE VIEW {} AS SELECT * FROM {}").format(sql.Identifier(alias), sql.Identifier(resource_id)))


def _ensure_triggers(cursor: Cursor) -> None:
    """Create the trigger functions where a database does not have them yet."""
    cursor.execute("SELECT to_regproc(%s)", (CHANGED,))
    if cursor.fetchone() == (None,):
        cursor.execute(_TRIGGERS)


def _aliases(cursor: Cursor, resource_id: str) -> list[str]:
    cursor.execute('SELECT name FROM "_table_metadata" WHERE alias_of = %s', (resource_id,))
    return [name for (name,) in cursor.fetchall()]


def _remember_count(cursor: Cursor, resource_id: str, count: int) -> None:
    cursor.execute(
        'INSERT INTO "_table_stats" VALUES (%s, %s) ON CONFLICT (resource_id) DO UPDATE SET stats = excluded.stats',
        (resource_id, json.dumps({"rows": count})),
    )


def _comment(column: Column) -> str:
    """The column's entry in the data dictionary, in the DataStore's form (a blank in front is its version mark)."""
    entry: dict[str, Mapping[str, Any]] = {"_info": {"label": column.title, "notes": column.description}}
    if ours := {key: value for key in dictionary.KEYS if (value := getattr(column, key))}:
        entry[dictionary.PLUGIN] = ours
    return " " + json.dumps(entry, ensure_ascii=False, separators=(",", ":"))


class _CopyText:
    """Rows as a file in PostgreSQL's COPY text format, made while it is read: number, no terms, text to search in, cells."""

    def __init__(self, rows: Iterable[Sequence[str | None]]) -> None:
        self._rows = enumerate(rows, start=1)
        self._waiting = io.BytesIO()

    def read(self, size: int = -1) -> bytes:
        piece = self._waiting.read(size)
        if not piece:
            self._waiting = io.BytesIO(self._next_chunk())
            piece = self._waiting.read(size)
        return piece

    def _next_chunk(self) -> bytes:
        lines = []
        for number, row in itertools.islice(self._rows, _ROWS_AT_A_TIME):
            cells = _CELL.join([_NULL if cell is None else cell for cell in row])
            lines.append(f"{number}{_CELL}{_NULL}{_CELL}{row_text(row)}{_CELL}{cells}{_ROW}")
        text = "".join(lines)
        for character, escaped in _ESCAPES:
            text = text.replace(character, escaped)
        return text.encode("utf-8")

"""Part of a published table as a stream: any filter, order and choice of columns, in one consistent look at the table.

The conditions are the DataStore's own (``filters``, ``sort``, ``q`` of ``datastore_search``), so an export holds the rows that the
API and the preview show. Rows come through a server-side cursor: the first ones leave before the last ones are found, and no
more than a few hundred are in memory. Nothing is run to answer HEAD or If-None-Match: what the answer would be is known by its ETag.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import simplejson  # CKAN's own; keeps decimals to the digit
import sqlalchemy as sa

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.types import Context
from ckanext.datastore.backend import postgres as datastore
from ckanext.datastore.interfaces import IDatastore

from ..packages.editions import disarmed
from ..search import tables
from .filters import check_filters

__all__ = ["Export", "read_query"]

#: The first rows leave at once, later ones in larger pieces.
_ROWS_AT_FIRST = 50
_ROWS_AT_A_TIME = 500
#: Parameters that are no column; a column of that name is asked for by ``filters``.
_PARAMETERS = ("q", "fields", "sort", "filters", "limit")


@dataclass(frozen=True)
class Export:
    """What is asked of a table.

    :param filters: as in ``datastore_search``
    :param fields: columns, in the order wanted; empty for all
    :param sort: as in ``datastore_search``; rows that are equal keep the file's order
    """

    resource_id: str
    q: str = ""
    filters: Mapping[str, Any] = field(default_factory=dict)
    fields: tuple[str, ...] = ()
    sort: str = ""
    limit: int | None = None

    def etag(self, form: str) -> str:
        """Names the answer: what is asked, of which state of the table, in which form.

        Empty for a table that this catalogue did not load: whether it has changed is not known.
        """
        with datastore.get_read_engine().connect() as connection:
            state = connection.execute(
                # A table that is loaded is a new one; one that is written to changes its comment (catalogue/triggers.sql).
                sa.text("SELECT oid, obj_description(oid, 'pg_class') FROM pg_class WHERE relname = :name AND relnamespace = 'public'::regnamespace"),
                {"name": self.resource_id},
            ).one_or_none()
        if state is None or state[1] is None:
            return ""
        asked = [form, self.q, self.filters, self.fields, self.sort, self.limit, [str(value) for value in state]]
        return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()

    def csv(self, *, for_spreadsheets: bool = False) -> Iterator[bytes]:
        """The rows as CSV: UTF-8 and LF, or UTF-8 with BOM and CRLF for spreadsheet programs.

        :raises ckan.plugins.toolkit.ValidationError: before the first piece: no such column, or a filter that is none
        """
        names, pieces = self._open(as_text=True)
        return _csv_pieces(names, pieces, for_spreadsheets)

    def json(self) -> Iterator[bytes]:
        """The rows as a JSON array of objects; numbers are numbers, an empty cell is null.

        :raises ckan.plugins.toolkit.ValidationError: before the first piece
        """
        names, pieces = self._open(as_text=False)
        return _json_pieces(names, pieces)

    def _open(self, *, as_text: bool) -> tuple[list[str], Iterator[Sequence[Sequence[Any]]]]:
        connection = datastore.get_read_engine().connect()
        try:
            names, statement, values = self._statement(connection, as_text)
            result = connection.execution_options(stream_results=True, max_row_buffer=_ROWS_AT_A_TIME).execute(sa.text(statement), values)
        except (sa.exc.DataError, sa.exc.ProgrammingError) as error:  # no such value, or none that can be compared with the column's
            connection.close()
            raise tk.ValidationError({"filters": [tk._("列の型に合わない値です。")]}) from error
        except BaseException:
            connection.close()
            raise
        return names, _pieces(connection, result)

    def _statement(self, connection: sa.Connection, as_text: bool) -> tuple[list[str], str, dict[str, Any]]:
        """The query, as ``datastore.search_data`` makes it, with our own columns."""
        context = Context(connection=connection)  # type: ignore[typeddict-unknown-key]
        asked: dict[str, Any] = {"resource_id": self.resource_id, "filters": dict(self.filters), "q": self.q}
        if self.sort:
            asked["sort"] = self.sort
        tables.take_question(context, asked)
        check_filters(asked["filters"])
        types = datastore._get_fields_types(connection, self.resource_id)
        names = list(self.fields) or [name for name in types if not name.startswith("_")]
        if unknown := [name for name in names if name not in types]:
            raise tk.ValidationError({"fields": [tk._("この表にない列です：{columns}").format(columns=", ".join(unknown))]})
        if not all(datastore._parse_sort_clause(clause, types) for clause in datastore.datastore_helpers.get_list(self.sort, False)):
            raise tk.ValidationError({"sort": [tk.h.miyagiict_text(
                "「name desc, id」のように、この表の列名と asc または desc で指定してください。", "Write columns of this table and asc or desc, as in 'name desc, id'.",
            )]})
        datastore.validate(context, asked)
        query: dict[str, Any] = {"select": [], "sort": [], "where": []}
        for plugin in p.PluginImplementations(IDatastore):
            query = plugin.datastore_search(context, asked, dict(types), query)
        where, clauses = datastore._where(query["where"])
        values = {name: value for clause in clauses for name, value in clause.items()}
        columns = ", ".join(f"cast({datastore.identifier(name)} as text)" if as_text else datastore.identifier(name) for name in names)
        order = ", ".join([*query["sort"], "_id"])
        limit = "" if self.limit is None else f"LIMIT {self.limit}"
        statement = f"SELECT {columns} FROM {datastore.identifier(self.resource_id)} {query['ts_query']} {where} ORDER BY {order} {limit}"  # noqa: S608
        return names, statement, values


def read_query(resource_id: str, columns: Sequence[str], parameters: Mapping[str, Sequence[str]]) -> Export:
    """An export from the part of an address behind the question mark.

    ``?department=情報政策課&fiscal_year=2021&fiscal_year=2022&fields=name,target_value&sort=target_value desc&q=電子申請``: a column's
    name asks for rows with one of the values given.

    :param columns: of the table
    :param parameters: name → values
    :raises ckan.plugins.toolkit.ValidationError: a parameter is neither ours nor a column, or has no such form
    """
    filters: dict[str, Any] = {}
    for name, values in parameters.items():
        if name in _PARAMETERS:
            continue
        if name not in columns:
            raise tk.ValidationError({name: [tk._("この表にない列、または使えない指定です。")]})
        filters[name] = list(values)
    given = {name: values[-1] for name, values in parameters.items() if name in _PARAMETERS}
    return Export(
        resource_id=resource_id, q=given.get("q", ""), filters={**filters, **_json_object(given.get("filters", "{}"))},
        fields=tuple(filter(None, ",".join(parameters.get("fields", ())).split(","))), sort=given.get("sort", ""), limit=_whole_number(given.get("limit")),
    )


def _json_object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise tk.ValidationError({"filters": [tk._("JSONとして読めません。")]}) from error
    if not isinstance(value, dict):
        raise tk.ValidationError({"filters": [tk._("JSONのオブジェクトではありません。")]})
    return value


def _whole_number(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > 9:
        raise tk.ValidationError({"limit": [tk._("0以上の整数ではありません。")]})
    return int(text)


def _pieces(connection: sa.Connection, result: sa.CursorResult[Any]) -> Iterator[Sequence[Sequence[Any]]]:
    try:
        rows = result.fetchmany(_ROWS_AT_FIRST)
        while rows:
            yield rows
            rows = result.fetchmany(_ROWS_AT_A_TIME)
    finally:
        connection.close()


def _csv_pieces(names: Sequence[str], pieces: Iterator[Sequence[Sequence[Any]]], for_spreadsheets: bool) -> Iterator[bytes]:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n" if for_spreadsheets else "\n")
    if for_spreadsheets:
        text.write("\ufeff")
    writer.writerow(names)
    for rows in pieces:
        writer.writerows([[cell and disarmed(cell) for cell in row] for row in rows] if for_spreadsheets else rows)
        yield text.getvalue().encode("utf-8")
        text.seek(0)
        text.truncate()
    if rest := text.getvalue():
        yield rest.encode("utf-8")


def _json_pieces(names: Sequence[str], pieces: Iterator[Sequence[Sequence[Any]]]) -> Iterator[bytes]:
    before = "[\n"
    for rows in pieces:
        lines = [simplejson.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False, use_decimal=True, ignore_nan=True, default=str) for row in rows]
        yield (before + ",\n".join(lines)).encode("utf-8")
        before = ",\n"
    yield b"[]\n" if before == "[\n" else b"\n]\n"

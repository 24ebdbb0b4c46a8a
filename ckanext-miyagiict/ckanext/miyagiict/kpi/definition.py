"""How a KPI is counted: a versioned definition of one of four kinds, as data; changing one makes a new version with a reason.

Each kind says in one line what it asks (``question``); that line goes onto the receipt.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from .problems import InputInvalid, Problem, problem
from .receipt import Aggregate

__all__ = ["KIND_WORDS", "ByHand", "ColumnValue", "DatasetQuery", "Definition", "RegisterCount", "definition_on", "kind_name", "own_data", "read_definition"]


@dataclass(frozen=True)
class DatasetQuery:
    """The datasets that a query of the catalogue finds, each once.

    :param query: ``q`` of package_search
    :param filters: ``fq`` of package_search
    :param counted: ``datasets``, or ``municipalities``: those that have at least one of them
    :param also_register: of municipalities: a service of the adoption register; those that use it count too, and are told apart
    :param sample_filters: in place of ``filters``, for the datasets of the demonstration, which are counted apart; without them the same
    """

    query: str = "*:*"
    filters: tuple[str, ...] = ()
    counted: str = "datasets"
    also_register: str = ""
    sample_filters: tuple[str, ...] = ()

    def filters_for(self, is_sample: bool) -> tuple[str, ...]:
        """What is asked of the catalogue's own datasets, or of the demonstration's."""
        return self.sample_filters if is_sample and self.sample_filters else self.filters

    @property
    def question(self) -> str:
        return self.question_for(is_sample=False)

    def question_for(self, is_sample: bool) -> str:
        beside = f" + register: service={self.also_register}" if self.also_register and not is_sample else ""
        return f"{self.counted}: q={self.query}" + "".join(f"&fq={one}" for one in self.filters_for(is_sample)) + beside


@dataclass(frozen=True)
class RegisterCount:
    """The municipalities that use a service, by the adoption register."""

    service: str
    procedure: str = ""

    @property
    def question(self) -> str:
        return f"register: service={self.service}" + (f"&procedure={self.procedure}" if self.procedure else "")


@dataclass(frozen=True)
class ColumnValue:
    """A number from a table of the DataStore.

    :param resource: id
    :param aggregate: ``sum``, ``ratio`` or ``last``
    :param of: of a ratio: the column of what the values are shares of
    :param order: of a last: the column that says which row is the last
    :param where: column → value that rows must have
    """

    resource: str
    column: str
    aggregate: Aggregate
    of: str = ""
    order: str = ""
    where: tuple[tuple[str, str], ...] = ()

    @property
    def question(self) -> str:
        conditions = "".join(f"&{column}={value}" for column, value in self.where)
        beside = f"/{self.of}" if self.of else f" by {self.order}" if self.order else ""
        return f"{self.aggregate.value}: {self.resource}.{self.column}{beside}{conditions}"


@dataclass(frozen=True)
class ByHand:
    """What cannot be counted here: somebody enters it.

    :param how: where the number comes from, for the person who enters it
    """

    how: str = ""

    @property
    def question(self) -> str:
        return "by hand"


Kind = DatasetQuery | RegisterCount | ColumnValue | ByHand
_KINDS: dict[str, type[Kind]] = {"datasets": DatasetQuery, "register": RegisterCount, "column": ColumnValue, "by_hand": ByHand}
#: Kind → Japanese, English.
KIND_WORDS: dict[str, tuple[str, str]] = {
    "datasets": ("カタログの検索で数える", "Counted by a query of the catalogue"),
    "register": ("導入状況の台帳で数える", "Counted by the adoption register"),
    "column": ("データの表の列から求める", "From a column of a table"),
    "by_hand": ("担当者が入力する", "Entered by staff"),
}
_COUNTED = ("datasets", "municipalities")
_LONGEST = 2_000


@dataclass(frozen=True)
class Definition:
    """:param valid_from: first day on which values are counted this way; ``valid_to`` is the last, or None for until further notice
    :param reason: why it is counted this way from this version on
    :param counting: name of this way, where a KPI is counted in several at once (``counting.Choice`` says which one the status uses)
    """

    kpi: str
    version: int
    kind: Kind
    valid_from: date
    valid_to: date | None = None
    reason: str = ""
    counting: str = ""

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


def definition_on(definitions: Iterable[Definition], day: date, counting: str = "") -> Definition | None:
    """The definition of one KPI and one way to count that holds on a day; of several the highest version, None where none does."""
    return max((one for one in definitions if one.counting == counting and one.holds_on(day)), key=lambda one: one.version, default=None)


def read_definition(data: Mapping[str, Any]) -> Definition:
    """A definition from a data file or a form.

    :param data: ``kpi``, ``version``, ``valid_from`` (ISO), ``valid_to``, ``reason``, ``counting``, ``kind`` (``datasets``, ``register``,
        ``column`` or ``by_hand``), and the kind's own properties beside them
    :raises InputInvalid: with every property that cannot be used
    """
    problems: list[Problem] = []
    version = data.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        problems.append(_wrong("version", version, "1以上の整数"))
    kpi = str(data.get("kpi") or "")
    if not kpi:
        problems.append(_wrong("kpi", kpi, "指標のIDが必要です"))
    reason = str(data.get("reason") or "")
    if isinstance(version, int) and version > 1 and not reason.strip():
        problems.append(_wrong("reason", reason, "変更の理由が必要です"))
    first, last = (_day(data.get(name), name, problems) for name in ("valid_from", "valid_to"))
    if first is None and data.get("valid_from") in (None, ""):
        problems.append(_wrong("valid_from", "", "適用の開始日が必要です"))
    if first and last and last < first:
        problems.append(_wrong("valid_to", last.isoformat(), "開始日より前です"))
    kind = _kind(data, problems)
    if problems or kind is None or first is None or not isinstance(version, int):
        raise InputInvalid(problems)
    return Definition(kpi, version, kind, first, last, reason, str(data.get("counting") or ""))


def kind_name(kind: Kind) -> str:
    """``datasets``, ``register``, ``column`` or ``by_hand``."""
    return next(name for name, type in _KINDS.items() if isinstance(kind, type))


def own_data(kind: Kind) -> dict[str, Any]:
    """The kind's own properties, as ``read_definition`` takes them; without what is empty."""
    said = {one.name: getattr(kind, one.name) for one in fields(kind)}
    plain = {name: value.value if isinstance(value, Aggregate) else dict(value) if name == "where" else value for name, value in said.items()}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in plain.items() if value}


def _kind(data: Mapping[str, Any], problems: list[Problem]) -> Kind | None:
    name = data.get("kind")
    kind = _KINDS.get(name) if isinstance(name, str) else None
    if kind is None:
        problems.append(_wrong("kind", name, "、".join(_KINDS)))
        return None
    own = {one.name for one in fields(kind)}
    common = {"kpi", "version", "kind", "valid_from", "valid_to", "reason", "counting"}
    before = len(problems)
    problems += [_wrong(str(other), data[other], "この種類の定義にはない項目です") for other in data if other not in own | common]
    said = {key: value for key, value in data.items() if key in own and value not in (None, "")}
    for key, value in said.items():
        if key not in ("filters", "sample_filters", "where") and (not isinstance(value, str) or len(value) > _LONGEST):
            problems.append(_wrong(key, value, f"{_LONGEST:,}文字までの文字列"))
    _check_own(kind, said, problems)
    return _made(kind, said) if len(problems) == before else None


def _check_own(kind: type[Kind], said: Mapping[str, Any], problems: list[Problem]) -> None:
    """What only one kind asks for."""
    if kind is DatasetQuery and said.get("counted", "datasets") not in _COUNTED:
        problems.append(_wrong("counted", said["counted"], "、".join(_COUNTED)))
    for name in ("filters", "sample_filters"):
        if kind is DatasetQuery and not _is_texts(said.get(name, ())):
            problems.append(_wrong(name, said[name], "文字列の並び"))
    if kind is DatasetQuery and "also_register" in said and said.get("counted") != "municipalities":
        problems.append(_wrong("also_register", said["also_register"], "counted が municipalities のときだけ使えます"))
    if kind is RegisterCount and "service" not in said:
        problems.append(_wrong("service", "", "サービスの名前が必要です"))
    if kind is not ColumnValue:
        return
    problems += [_wrong(name, "", "必要な項目です") for name in ("resource", "column") if name not in said]
    allowed = [Aggregate.SUM.value, Aggregate.RATIO.value, Aggregate.LAST.value]
    if said.get("aggregate") not in allowed:
        problems.append(_wrong("aggregate", said.get("aggregate"), "、".join(allowed)))
    for aggregate, name in ((Aggregate.RATIO.value, "of"), (Aggregate.LAST.value, "order")):
        if (said.get("aggregate") == aggregate) != (name in said):
            problems.append(_wrong(name, said.get(name), f"aggregate が {aggregate} のときだけ必要です"))
    where = said.get("where", {})
    if not isinstance(where, Mapping) or not _is_texts([*where.keys(), *where.values()]):
        problems.append(_wrong("where", where, "列の名前と値の組"))


def _made(kind: type[Kind], said: Mapping[str, Any]) -> Kind:
    if kind is DatasetQuery:
        return DatasetQuery(**{**said, **{name: tuple(said.get(name, ())) for name in ("filters", "sample_filters")}})
    if kind is ColumnValue:
        return ColumnValue(**{**said, "aggregate": Aggregate(said["aggregate"]), "where": tuple(sorted(said.get("where", {}).items()))})
    return kind(**said)


def _is_texts(values: Any) -> bool:
    if not isinstance(values, Sequence) or isinstance(values, str):
        return False
    return all(isinstance(one, str) and len(one) <= _LONGEST for one in values)


def _day(value: Any, name: str, problems: list[Problem]) -> date | None:
    """YAML makes dates of dates; forms give text."""
    if value in (None, ""):
        return None
    if type(value) is date:
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        problems.append(_wrong(name, value, "2026-04-01 のような日付"))
        return None


def _wrong(name: str, value: Any, detail: str) -> Problem:
    return problem("definition", field=name, value="" if value is None else str(value), detail=detail)

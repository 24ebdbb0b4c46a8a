"""All that pages show of KPIs, as a published dataset: made anew as a Data Package and published like every other one."""

from __future__ import annotations

import csv
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import yaml
from ckan.model import Session

from ..catalogue.publish import Published, publish
from ..kpi.definition import kind_name
from ..kpi.register import MUNICIPALITIES
from ..model import KpiSnapshot
from ..packages.areas import area_name
from . import definitions, plans, register, version
from .figures import Figure, Stored, figures
from .showing import METHOD_WORDS, OUTCOME_WORDS

__all__ = ["NAME", "publish_if_changed", "publish_now", "write"]

Row = dict[str, Any]

#: Stands in a key where a way to count has no name, or a row is about a service as a whole: keys are never empty.
DEFAULT, WHOLE = "default", "all"


@lru_cache(maxsize=1)
def _described() -> dict[str, Any]:
    return dict(yaml.safe_load(files(__package__).joinpath("open_data.yaml").read_text(encoding="utf-8")))


NAME: str = _described()["package"]["name"]

_published: list[object] = []


def publish_if_changed() -> Published | None:
    """Publish where something has changed since this process did so last; None where nothing has."""
    now = (plans.state(), version.current(), figures().today)
    if _published == [now] or not plans.plans().kpis:
        return None
    done = publish_now()
    _published[:] = [now]
    return done


def publish_now() -> Published:
    """Make the package and publish it; one that says the same writes nothing."""
    folder = Path(tempfile.mkdtemp(prefix="miyagiict-kpi-"))
    try:
        write(folder / NAME)
        return publish(folder / NAME)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def write(folder: Path) -> None:
    """Write the Data Package: descriptor and one CSV a table."""
    (folder / "data").mkdir(parents=True)
    resources = []
    for name, described in _described()["tables"].items():
        names = [field[0] for field in described["fields"]]
        with (folder / "data" / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, names, lineterminator="\n")
            writer.writeheader()
            writer.writerows(_ROWS[name]())
        resources.append({
            "name": name, "path": f"data/{name}.csv", "profile": "tabular-data-resource", "format": "csv", "encoding": "utf-8", "mediatype": "text/csv",
            **{key: described[key] for key in ("title", "title_en", "description", "description_en")},
            "schema": {"fields": [_field(field) for field in described["fields"]], "primaryKey": described["primary_key"], "missingValues": [""]},
        })
    descriptor = {**_described()["package"], "resources": resources}
    (folder / "datapackage.json").write_text(json.dumps(descriptor, ensure_ascii=False, indent=2), encoding="utf-8")


def _field(said: list[Any]) -> dict[str, Any]:
    keys = ("name", "title", "title_en", "type", "description", "description_en")
    return {**dict(zip(keys, said, strict=False)), **(said[len(keys)] if len(said) > len(keys) else {})}


def _definitions() -> Iterator[Row]:
    for figure in figures().by_id.values():
        for one in figure.definitions:
            since = next((choice.valid_from for choice in figure.choices if choice.counting == one.counting), None)
            yield {
                "kpi_id": one.kpi, "kpi_name": figure.kpi.name, "plan": figure.plan.package, "counting": one.counting or DEFAULT,
                "counting_name": definitions.counting_words(one.counting, "ja"), "version": one.version, "kind": kind_name(one.kind),
                "question": one.kind.question, "valid_from": one.valid_from, "valid_to": one.valid_to, "reason": one.reason,
                "is_used_since": since if one.counting else one.valid_from,
            }


def _targets() -> Iterator[Row]:
    for figure in figures().by_id.values():
        kpi, baseline = figure.kpi, figure.kpi.baseline
        for target in kpi.targets:
            against = next((one for one in figure.progress.targets if one.target is target), None)
            reading = against.reading if against else None
            yield {
                "kpi_id": kpi.id, "kpi_name": kpi.name, "plan": figure.plan.package, "group_name": kpi.group, "unit": kpi.unit,
                "baseline_value": _text(baseline.value), "baseline_printed": baseline.printed, "baseline_day": baseline.as_of,
                "fiscal_year": target.fiscal_year, "target_value": _text(target.value), "target_printed": target.printed,
                "outcome": against.outcome.value if against else "", "outcome_name": OUTCOME_WORDS[against.outcome][0] if against else "",
                "reading_value": _text(reading.value) if reading else "", "reading_day": reading.as_of if reading else "",
            }


def _observations() -> Iterator[Row]:
    for figure in figures().by_id.values():
        for place, one in enumerate(figure.printed, start=1):
            yield _observation(figure, {
                "observation_id": f"{one.kpi}-printed-{one.as_of.isoformat()}-{place}", "value": _text(one.value), "as_of": one.as_of,
                "method": one.method.value, "is_in_status": _flag(one in figure.judged), "source": one.source, "printed": one.printed, "note": one.note,
            })
        for kept in figure.stored:
            if not kept.is_sample:
                yield _observation(figure, _kept(kept, figure))


def _kept(one: Stored, figure: Figure) -> Row:
    return {
        "observation_id": one.id, "value": _text(one.value), "as_of": one.as_of, "confirmed_on": one.confirmed_on or "", "method": one.method,
        "counting": one.counting, "is_in_status": _flag(one.readings[-1] in figure.judged), "source": one.source, "printed": one.printed,
        "note": one.note, "receipt": one.receipt, "warnings": " ".join(one.warnings),
    }


def _observation(figure: Figure, said: Row) -> Row:
    assert said["method"] in METHOD_WORDS
    return {"kpi_id": figure.kpi.id, "kpi_name": figure.kpi.name, "unit": figure.kpi.unit, **said}


def _adoption() -> Iterator[Row]:
    known = register.register()
    asked = {(service, procedure) for _code, service, procedure in known.entries}
    asked |= {(one.kind.service, one.kind.procedure) for ones in definitions.all_definitions().values() for one in ones if kind_name(one.kind) == "register"}
    for service, procedure in sorted(asked):
        for code in MUNICIPALITIES:
            entry = known.state_of(code, service, procedure)
            yield {
                "municipality_code": code, "municipality": area_name(code), "service": service, "procedure": procedure or WHOLE,
                "state": entry.state.value, "day": entry.day, "evidence": entry.evidence, "note": entry.note, "basis": entry.basis if entry.key in known.entries else "",
            }


def _snapshots() -> Iterator[Row]:
    names = {id: figure.kpi.name for id, figure in figures().by_id.items()}
    for row in Session.scalars(sa.select(KpiSnapshot).order_by(KpiSnapshot.fiscal_year)):
        for kpi, entry in row.document["entries"].items():
            yield {
                "fiscal_year": row.fiscal_year, "kpi_id": kpi, "kpi_name": names.get(kpi, ""), "value": entry["value"], "receipt": entry["receipt"],
                "days_late": row.document["days_late"].get(kpi, ""), "frozen_at": f"{row.frozen_at:%Y-%m-%dT%H:%M:%SZ}", "hash": row.hash,
            }


_ROWS: Mapping[str, Callable[[], Iterator[Row]]] = {
    "kpi_definitions": _definitions, "kpi_targets": _targets, "kpi_observations": _observations, "municipal_adoption": _adoption,
    "year_end_snapshots": _snapshots,
}


def _text(value: Decimal | None) -> str:
    return "" if value is None else f"{value:f}"


def _flag(value: bool) -> str:
    return "true" if value else "false"

"""The services of the register that the plans' KPIs count."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

__all__ = ["Service", "service_keys", "service_names", "services", "state_words"]

_STATES_EN = {"予定": "planned", "未": "not yet", "不明": "unknown", "使用中": "in use"}


@dataclass(frozen=True)
class Service:
    """:param key: in addresses; :param use: what 使用中 means of it (導入済み …)"""

    key: str
    name: str
    name_en: str
    use: str
    use_en: str


@cache
def services() -> tuple[Service, ...]:
    """In the order of the plans' KPIs."""
    listed = yaml.safe_load(files(__package__).joinpath("services.yaml").read_text(encoding="utf-8"))
    return tuple(Service(**one) for one in listed)


def service_names() -> dict[str, str]:
    """Name → English name."""
    return {one.name: one.name_en for one in services()}


def service_keys() -> dict[str, str]:
    """Name → key."""
    return {one.name: one.key for one in services()}


def state_words(service: str, state: str) -> tuple[str, str]:
    """A state of one service, Japanese and English: 使用中 of 電子申請 is 導入済み.

    :param state: as the register keeps it
    """
    use = next((one for one in services() if one.name == service), None)
    if state == "使用中" and use is not None:
        return use.use, use.use_en
    return state, _STATES_EN[state]

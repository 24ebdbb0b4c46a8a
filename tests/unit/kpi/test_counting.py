"""Two ways to count one KPI, and the one that makes its status."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from ckanext.miyagiict.kpi.counting import Choice, choice_on, for_status
from ckanext.miyagiict.kpi.model import Method, Observation

PREFECTURE = Choice("kpi", "prefecture", date(2021, 4, 1), "計画の策定時の数え方")
PORTAL = Choice("kpi", "portal", date(2022, 10, 3), "共同ポータルの公開")


def counted(value: int, day: date, counting: str = "", method: Method = Method.COUNTED) -> Observation:
    return Observation("kpi", Decimal(value), day, method, counting=counting)


def test_each_day_has_its_choice() -> None:
    choices = [PORTAL, PREFECTURE]
    days = (date(2021, 3, 31), date(2021, 4, 1), date(2022, 10, 2), date(2022, 10, 3))
    assert [choice_on(choices, "kpi", day) for day in days] == [None, PREFECTURE, PREFECTURE, PORTAL]
    assert choice_on(choices, "other", date(2022, 10, 3)) is None


def test_a_choice_can_be_changed() -> None:
    """The later one of a day holds, and both are kept."""
    again = Choice("kpi", "prefecture", date(2022, 10, 3), "市町村分を除くため")
    assert choice_on([PREFECTURE, PORTAL, again], "kpi", date(2022, 11, 1)) is again


def test_only_the_chosen_way_makes_the_status() -> None:
    """Printed values are of no way and always count."""
    printed = counted(128, date(2020, 12, 31), method=Method.PRINTED)
    early = [counted(130, date(2022, 9, 30), "prefecture"), counted(300, date(2022, 9, 30), "portal")]
    late = [counted(131, date(2022, 10, 31), "prefecture"), counted(339, date(2022, 10, 31), "portal")]
    assert for_status([printed, *early, *late], [PREFECTURE, PORTAL]) == [printed, early[0], late[1]]
    assert for_status([printed, *early, *late], []) == [printed]


def test_the_way_without_a_name_gives_way_to_a_chosen_one() -> None:
    """Two ways to count are never mixed; what a person entered is of neither, and stays."""
    unnamed, named = counted(10, date(2022, 10, 31)), counted(339, date(2022, 10, 31), "portal")
    entered = counted(12, date(2022, 11, 30), method=Method.ENTERED)
    assert for_status([unnamed, named, entered], []) == [unnamed, entered]
    assert for_status([unnamed, named, entered], [PORTAL]) == [named, entered]


def test_a_choice_needs_a_reason() -> None:
    with pytest.raises(ValueError, match="reason"):
        Choice("kpi", "portal", date(2022, 10, 3), " ")

"""Every problem says what, where, why and what to do, in Japanese and in English."""

from __future__ import annotations

import json
import re
import string

import pytest

from ckanext.miyagiict.packages.problems import KINDS, MOST_LISTED, PackageInvalid, Problem, ProblemKind, problem, raise_if_any

KIND = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
WORDS = {"file", "row", "field", "value", "rule", "detail"}
JAPANESE = re.compile("[ぁ-ん]")


def names_in(template: str) -> set[str]:
    """The names that a template asks for."""
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


@KIND
def test_templates_ask_only_for_what_a_problem_has(kind: ProblemKind) -> None:
    """No sentence can fail to be made."""
    assert names_in(kind.sentence) | names_in(kind.sentence_en) <= WORDS
    assert not names_in(kind.remedy) | names_in(kind.remedy_en)


@KIND
def test_both_languages_say_the_same(kind: ProblemKind) -> None:
    """What the Japanese sentence shows, the English one shows."""
    assert names_in(kind.sentence) == names_in(kind.sentence_en)


@KIND
def test_sentences_are_whole(kind: ProblemKind) -> None:
    """A Japanese title, sentence and remedy; an English one of each."""
    assert all(JAPANESE.search(text) for text in (kind.title, kind.sentence, kind.remedy))
    assert kind.sentence.endswith("。")
    assert kind.remedy.endswith("。")
    assert kind.sentence_en.endswith(".")
    assert kind.remedy_en.endswith(".")
    assert all(text.isascii() for text in (kind.title_en, kind.sentence_en, kind.remedy_en))


@KIND
def test_sentence_names_its_place(kind: ProblemKind) -> None:
    """The file or, where the fault is a path or a resource, its name."""
    assert {"file", "value"} & names_in(kind.sentence)


@KIND
def test_every_kind_can_be_told(kind: ProblemKind) -> None:
    """With all details and with none."""
    told = problem(kind.type, "data/t.csv", row=3, field="name", value="x", rule="enum", detail="y")
    assert told.message
    assert told.message_en
    assert problem(kind.type, "data/t.csv").message


def test_problem_shows_everything() -> None:
    """File, row, field, value, rule and remedy, in words and as JSON."""
    found = problem("constraint", "data/t.csv", row=7, field="mark", value="Ｂ", rule="enum", detail="A, B")
    assert str(found) == (
        "「data/t.csv」の7行目、列「mark」の「Ｂ」は、制約「enum」に合いません（A, B）。値を直すか、制約を見直してください。"
    )
    said = json.loads(json.dumps(found.as_dict()))
    assert (said["type"], said["file"], said["row"], said["field"], said["value"], said["rule"]) == (
        "constraint", "data/t.csv", 7, "mark", "Ｂ", "enum")
    assert said["message"] + said["remedy"] == str(found)
    assert said["message_en"] == "data/t.csv, row 7, field mark: Ｂ breaks enum (A, B)."


def test_rule_is_never_empty() -> None:
    """A problem without a rule of the schema names its own kind."""
    assert problem("blank-row", "t.csv", row=3).as_dict()["rule"] == "blank-row"


def test_long_value_is_cut_in_the_message_only() -> None:
    """A cell of a megabyte neither fills the screen nor the JSON; the problem itself keeps it."""
    found = problem("type", "t.csv", row=2, field="x", value="あ" * 1_000_000, detail="整数")
    assert len(found.message) < 200
    assert len(found.as_dict()["value"]) == 1000
    assert len(found.value) == 1_000_000


def test_list_of_what_is_allowed_is_not_cut() -> None:
    """A detail has room for a list."""
    allowed = ", ".join(f"VALUE_{number}" for number in range(20))
    assert allowed in problem("catalogue-value", "t", field="x", value="y", detail=allowed).message


@pytest.mark.parametrize("value", ["a\nb", "a\x1b[31mb", "a\u202eb", "a\tb"])
def test_message_is_one_harmless_line(value: str) -> None:
    """Line breaks, terminal codes and marks that turn the text around are shown as blanks."""
    found = problem("type", "t.csv", row=2, field="x", value=value, detail="整数")
    assert "「a " in found.message
    assert found.message.isprintable()


@pytest.mark.parametrize("value", ["{file}", "{0}", "{", "}", "%s", "{value.__class__}"])
def test_value_is_not_a_template(value: str) -> None:
    """Braces in a cell stay braces."""
    assert f"「{value}」" in problem("type", "t.csv", row=2, field="x", value=value, detail="整数").message


def test_unknown_kind() -> None:
    """A kind that is not in the catalogue is a mistake of ours."""
    with pytest.raises(KeyError):
        problem("no-such-kind", "t.csv")


def test_nothing_found_raises_nothing() -> None:
    """No problems, no exception."""
    raise_if_any([])


def test_exception_lists_every_problem() -> None:
    """One line each."""
    with pytest.raises(PackageInvalid) as raised:
        raise_if_any(problem("blank-row", "t.csv", row=row) for row in (3, 5))
    assert [found.row for found in raised.value.problems] == [3, 5]
    assert len(str(raised.value).splitlines()) == 2


def test_endless_problems_end() -> None:
    """A package with faults without end is not listed without end."""

    def endless() -> object:
        while True:
            yield Problem(KINDS["blank-row"], "t.csv")

    with pytest.raises(PackageInvalid) as raised:
        raise_if_any(endless())  # type: ignore[arg-type]
    assert len(raised.value.problems) == MOST_LISTED

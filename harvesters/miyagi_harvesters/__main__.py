"""``python -m miyagi_harvesters list|fetch KIND TARGET``: the readers by themselves, without a catalogue."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import pkgutil
import sys
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import miyagi_harvesters

from .beside import Beside, Wanted
from .client import Client, ClientSettings, Exchange
from .contents import pieces_of
from .described import joined_parts
from .fetching import Answer, Fetcher
from .file_names import file_name
from .problems import PortalError, Problem, Severity, problem, register, shown
from .reader import KINDS, Document, Entry, Listing, Option, Reader
from .record import Record, Resource
from .saved import Recorder, SavedAnswers
from .tables import DATA_PROBLEMS
from .writing import File, write_package

__all__ = ["main"]

#: Beside the index of recorded answers: what was asked for, so that they can be read again by themselves.
REQUEST = "request.json"
#: Of a folder of loose files.
MOST_FILES = 10_000
LARGEST_FILE = 200_000_000

register(
    "target-missing",
    Severity.STOP,
    ("対象「{place}」がありません。", "http(s)のアドレス、または保存した応答のファイルかフォルダーを指定してください。"),
    ("There is no target {place}.", "Give an http(s) address, or a file or folder of saved answers."),
)
register(
    "target-not-of-kind",
    Severity.STOP,
    ("対象「{place}」に{value}として読める応答がありません。", "種類（KIND）とファイルを確かめてください。"),
    ("Target {place} holds nothing that can be read as {value}.", "Check the kind and the file."),
)
register(
    "target-too-large",
    Severity.ERROR,
    ("{place} は大きすぎます（{value}）。", "ファイルを確かめてください。"),
    ("{place} is too large ({value}).", "Look at the file."),
)
register(
    "only-listed",
    Severity.ERROR,
    (
        "「{place}」（{detail}）は保存した一覧にありますが、その応答が保存されていません。",
        "1件ごとの応答（package_showやデータセットのページ）も同じフォルダーに保存するか、収集元のアドレスから読んでください。",
    ),
    (
        "{place} ({detail}) is named by a saved list, but its own answer was not saved.",
        "Keep the answer about each record (package_show, or the dataset's page) in the same folder, or read from the portal's address.",
    ),
)
register(
    "part-missing",
    Severity.ERROR,
    ("{place} の表の一部（{value}）がありません。", "残りの部分だけを表にしました。足りないファイルを加えて、もう一度実行してください。"),
    ("A part of the table {place} is not there ({value}).", "The table has the other parts only. Add the file and run it again."),
)
register(
    "bad-option",
    Severity.STOP,
    ("設定「{place}」が正しくありません（{detail}）。", "--option 名前=値 の形で、その種類の設定を指定してください。"),
    ("Option {place} is wrong ({detail}).", "Give --option NAME=VALUE with an option of that kind."),
)

EPILOG = """
出力: fetch は1件ごとに1つのData Packageのフォルダーを --out に作り、標準出力の最後に records=N rows=N problems=N を書きます。
problems は、レコードかファイルを使えなくした問題（エラー）と、データの乱れ（見出しとセルの数が合わない行、引用符の誤り。1行につき1件、
1表50件まで、残りは1件）の数です。それ以外の注意は標準エラーに出るだけで数えません。
終了コード: 0 = 終わった、1 = 対象を読めない・途中で止まった、2 = 使い方の誤り。

fetch writes a Data Package a record into --out and ends with the line records=N rows=N problems=N. Problems are findings that made a record
or a file unusable, and faults of the data (rows whose cells do not fit the header, bad quotes: one a row, up to 50 a table, one for the
rest). Other findings go to standard error and are not counted.
Exit code: 0 done, 1 the target cannot be read or the run was stopped, 2 usage.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    :returns: the exit code
    """
    for module in pkgutil.iter_modules(miyagi_harvesters.__path__):
        if module.name != "__main__":
            importlib.import_module(f"miyagi_harvesters.{module.name}")
    asked = _parser().parse_args(arguments)
    try:
        options = _options(KINDS[asked.kind], asked.option)
        if asked.portal and not _is_address(asked.portal):
            raise ValueError("--portal は http(s) のアドレスにしてください / --portal must be an http(s) address")
        settings = ClientSettings(
            contact=asked.contact,
            portal=asked.target if _is_address(asked.target) else "",
            allowed_networks=tuple(asked.allow_network),
            robots_exceptions=tuple(asked.robots_exception),
            **({"delay": asked.delay, "jitter": 0.0} if asked.delay is not None else {}),
        )
    except PortalError as error:
        _tell(error.problems)
        return 2
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    if asked.record and not _is_address(asked.target):
        print("--record はアドレスから取得するときだけ使えます / --record needs an address as target", file=sys.stderr)
        return 2
    try:
        with ExitStack() as stack:
            run = _Run(asked, options, settings, stack)
            return run.list() if asked.command == "list" else run.fetch()
    except PortalError as error:
        _tell(error.problems)
        return 1
    except KeyboardInterrupt:
        print("中断しました / interrupted", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m miyagi_harvesters",
        description="自治体のオープンデータポータルを読みます / reads municipal open-data portals",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for name, what in (("list", "一覧を表示する / show what is there"), ("fetch", "Data Packageとして取り出す / write Data Packages")):
        command = commands.add_parser(name, help=what, epilog=_kinds(), formatter_class=argparse.RawDescriptionHelpFormatter)
        command.add_argument(
            "kind", metavar="KIND", choices=sorted(KINDS), help="ポータルの種類 / kind of portal: " + ", ".join(sorted(KINDS))
        )
        command.add_argument(
            "target", metavar="TARGET", help="アドレス、または保存した応答のファイルかフォルダー / address, or file or folder of answers"
        )
        command.add_argument("--option", action="append", default=[], metavar="NAME=VALUE", help="種類ごとの設定 / option of the kind")
        command.add_argument("--record", metavar="DIR", help="応答を保存する / keep the answers here")
        command.add_argument("--portal", default="", metavar="ADDRESS", help="保存した応答の収集元 / where saved answers are from")
        command.add_argument(
            "--contact",
            default=os.environ.get("MIYAGI_HARVESTER_CONTACT", ""),
            metavar="MAIL",
            help="連絡先。収集元に伝える / told to the portal",
        )
        command.add_argument("--delay", type=float, metavar="SECONDS", help="問い合わせの間隔（秒） / pause between requests")
        command.add_argument(
            "--allow-network",
            action="append",
            default=[],
            metavar="NETWORK",
            help="公開網でなくても接続を許す / open a network, e.g. 127.0.0.0/8",
        )
        command.add_argument(
            "--robots-exception",
            action="append",
            default=[],
            metavar="ADDRESS",
            help="収集元が認めた、robots.txtの例外 / where the operator lets us in",
        )
        command.add_argument("--limit", type=int, metavar="N", help="この件数まで / at most so many records")
        if name == "fetch":
            command.add_argument("--out", required=True, metavar="DIR", type=Path, help="書き込むフォルダー / folder to write to")
    return parser


def _kinds() -> str:
    """The options of each kind, for the help."""
    lines = []
    for name, reader in sorted(KINDS.items()):
        lines.append(f"{name}: {reader.title} / {reader.title_en}")
        lines += [f"  --option {option.name}=…  {option.title}（{option.help}）" for option in reader.options_allowed]
    return "\n".join(lines)


def _options(reader: type[Reader], given: Iterable[str]) -> dict[str, Any]:
    """The options as their kind declares them.

    :raises PortalError: no such option, or no value of its type
    """
    allowed = {option.name: option for option in reader.options_allowed}
    options: dict[str, Any] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or name not in allowed:
            raise PortalError(problem("bad-option", text, detail=", ".join(allowed) or "-"))
        options[name] = _typed(allowed[name], value, text)
    return options


def _typed(option: Option, value: str, text: str) -> Any:
    try:
        if option.type is bool:
            return {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}[value.lower()]
        if option.type in (str, int, float):
            return option.type(value)
        return json.loads(value)
    except (ValueError, KeyError) as error:
        raise PortalError(problem("bad-option", text, detail=option.type.__name__)) from error


def _is_address(target: str) -> bool:
    return target.lower().startswith(("http://", "https://"))


def _counts(found: Problem) -> bool:
    """Whether a finding is one of those that the summary counts."""
    return found.severity is not Severity.WARNING or found.type in DATA_PROBLEMS


def _tell(problems: Iterable[Problem]) -> None:
    for found in problems:
        word = "注意 / warning" if found.severity is Severity.WARNING else "エラー / error"
        print(f"{word}: {found}\n    {found.sentence('en')} {found.remedy('en')}", file=sys.stderr)


@dataclass
class _Source:
    """Where a run reads from.

    :param documents: of loose answers, in place of a listing
    :param listed: what saved lists name and no document is about
    :param beside: loose files that are no answers: they may be a record's files
    """

    reader: Reader
    fetcher: Fetcher | None
    documents: Mapping[str, Document] | None = None
    beside: Beside | None = None
    listed: tuple[Entry, ...] = ()
    problems: list[Problem] = field(default_factory=list)


class _NoNetwork:
    """Loose answers have nobody to ask."""

    def get(self, url: str, **_: Any) -> Answer:
        raise PortalError(problem("not-saved", url, detail="-"))


class _Run:
    """One call of the command line."""

    def __init__(self, asked: argparse.Namespace, options: dict[str, Any], settings: ClientSettings, stack: ExitStack) -> None:
        self.asked = asked
        self.problems = 0
        self.source = self._source(options, settings, stack)

    def list(self) -> int:
        """Print what is there: id, title and address, tab separated."""
        listing = self._listing()
        for entry in self._wanted(listing):
            print("\t".join(shown(text, 500) for text in (entry.id, entry.title, entry.url)))
        print(f"records={len(listing.entries)} complete={'yes' if listing.complete else 'no'} problems={self.problems}")
        return 0

    def fetch(self) -> int:
        """Write a package a record."""
        entries = self._wanted(self._listing())
        records = rows = 0
        is_stopped = False
        for number, entry in enumerate(entries, 1):
            print(f"{number}/{len(entries)} {shown(entry.id)} {shown(entry.title)}", file=sys.stderr)
            try:
                document = entry.document or self._document(entry)
                record = self.source.reader.map(document)
                written = write_package(record, list(self._files(document, record)), self.asked.out)
            except PortalError as error:
                self._note(error.problems)
                is_stopped = error.stops_run
                if is_stopped:
                    break
                continue
            records += 1
            rows += written.rows
            self._note(written.problems)
        print(f"records={records} rows={rows} problems={self.problems}")
        return 1 if is_stopped or (entries and not records) else 0

    def _document(self, entry: Entry) -> Document:
        """Fetch one record.

        :raises PortalError: it cannot be had: by the network, or not among loose answers
        """
        if self.source.fetcher is None:
            raise PortalError(problem("only-listed", entry.id, detail=entry.title or entry.url or "-"))
        return self.source.reader.fetch(entry)

    def _wanted(self, listing: Listing) -> Sequence[Entry]:
        return listing.entries[: self.asked.limit]

    def _note(self, problems: Iterable[Problem]) -> None:
        found = tuple(problems)
        _tell(found)
        self.problems += sum(map(_counts, found))

    def _source(self, options: dict[str, Any], settings: ClientSettings, stack: ExitStack) -> _Source:
        target, kind = self.asked.target, KINDS[self.asked.kind]
        if _is_address(target):
            client = stack.enter_context(Client(settings, on_exchange=_progress))
            fetcher: Fetcher = client
            if self.asked.record:
                fetcher = Recorder(client, self.asked.record)
                request = {"kind": self.asked.kind, "target": target, "options": options}
                (Path(self.asked.record) / REQUEST).write_text(json.dumps(request, ensure_ascii=False, indent=1), encoding="utf-8")
            return _Source(kind(target, fetcher, options), fetcher)
        path = Path(target)
        if not path.exists():
            raise PortalError(problem("target-missing", target))
        if path.is_dir() and SavedAnswers.has_index(path):
            return self._recorded(path, kind, options)
        return self._loose(path, kind, options)

    def _recorded(self, folder: Path, kind: type[Reader], options: dict[str, Any]) -> _Source:
        """A folder that ``--record`` wrote: what was asked then is asked again, of the saved answers."""
        answers = SavedAnswers(folder)
        request = _request(folder)
        if request.get("kind") == self.asked.kind:
            reader = kind(str(request["target"]), answers, dict(request.get("options") or {}) | options)
            return _Source(reader, answers)
        first = next(iter(answers), None)
        if first is None:
            raise PortalError(problem("target-not-of-kind", str(folder), value=kind.title))
        parts = urlsplit(first.url)
        source = _Source(kind(self.asked.portal or f"{parts.scheme}://{parts.netloc}", answers, options), answers)
        try:
            if source.reader.listing().entries:
                return source
        except PortalError as error:
            _tell(error.problems)
        bodies = ((saved.final_url, answers.body(saved)) for saved in answers)
        source.documents = self._documents(source, bodies, str(folder))
        return source

    def _loose(self, path: Path, kind: type[Reader], options: dict[str, Any]) -> _Source:
        """Files that somebody kept, without their addresses."""
        files = (
            [path]
            if path.is_file()
            else sorted(one for one in path.rglob("*") if one.is_file() and not one.name.startswith("."))[:MOST_FILES]
        )
        source = _Source(kind(self.asked.portal, _NoNetwork(), options), None)
        base = path.parent if path.is_file() else path
        source.documents = self._documents(source, _read_files(files, base, source.problems), str(path))
        known = {part.url for document in source.documents.values() for part in document.parts}
        source.beside = Beside(base, (one for one in files if one.relative_to(base).as_posix() not in known))
        return source

    def _documents(self, source: _Source, bodies: Iterable[tuple[str, bytes]], target: str) -> dict[str, Document]:
        """The records in loose answers; answers about one record are one document."""
        found: dict[str, list[Document]] = {}
        listed: dict[str, Entry] = {}
        are_lists = False
        for name, body in bodies:
            is_of_kind = False
            try:
                for document in source.reader.documents_in(name, body):
                    is_of_kind = True
                    found.setdefault(document.id, []).append(document)
                if (entries := source.reader.entries_in(name, body)) is not None:
                    is_of_kind = are_lists = True
                    listed.update({entry.id: entry for entry in entries if entry.id not in listed})
            except PortalError as error:
                source.problems += error.problems
                continue
            if not is_of_kind:
                print(f"対象外 / skipped: {shown(name, 200)}", file=sys.stderr)
        documents = {document.id: document for same in found.values() for document in _by_record(source.reader, same)}
        known = {identifier for document in documents.values() for identifier in source.reader.ids_in(document)} if listed else set()
        source.listed = tuple(entry for entry in listed.values() if entry.id not in known)
        if not documents and not are_lists:
            _tell(source.problems)
            raise PortalError(problem("target-not-of-kind", target, value=f"{source.reader.title} / {source.reader.title_en}"))
        return documents

    def _listing(self) -> Listing:
        if self.source.documents is None:
            listing = self.source.reader.listing()
            self._note(listing.problems)
            if not listing.entries and any(found.severity is not Severity.WARNING for found in listing.problems):
                raise PortalError(problem("target-not-of-kind", self.asked.target, value=self.source.reader.title))
            return listing
        self._note(self.source.problems)
        entries = tuple(
            Entry(document.id, document=document, title=record.title if (record := self._mapped(document)) else "")
            for document in self.source.documents.values()
        )
        return Listing((*entries, *self.source.listed), complete=False)

    def _mapped(self, document: Document) -> Record | None:
        try:
            return self.source.reader.map(document)
        except PortalError:
            return None

    def _files(self, document: Document, record: Record) -> Iterator[File]:
        """The record's files: those the document holds, those that lie beside it, and those that can be fetched."""
        held = self.source.reader.bodies_in(document, record)
        for number, resource in enumerate(record.resources):
            pieces = [
                self._file(piece, held, self._attached.get((document.id, number, part))) for part, piece in enumerate(pieces_of(resource))
            ]
            yield pieces[0] if len(pieces) == 1 else _whole(resource, pieces)

    def _file(self, resource: Resource, held: Mapping[str, Answer], beside: Path | Problem | None) -> File:
        if resource.id in held:
            return File(resource, held[resource.id].body)
        if beside:
            return _read_beside(resource, beside)
        if self.source.fetcher and _is_address(resource.url):
            return self._fetched(resource, self.source.fetcher)
        return File(resource)

    @cached_property
    def _attached(self) -> Mapping[Hashable, Path | Problem]:
        """The files beside the answers, by record and resource; which one is whose is only known over all records."""
        if self.source.beside is None:
            return {}
        return self.source.beside.attached(
            Wanted((document.id, number, part), document.parts[0].url, document.id, piece, self.source.reader.paths_are_exact)
            for document in (self.source.documents or {}).values()
            if (record := self._mapped(document))
            for number, resource in enumerate(record.resources)
            for part, piece in enumerate(pieces_of(resource))
        )

    def _fetched(self, resource: Resource, fetcher: Fetcher) -> File:
        try:
            answer = fetcher.get(resource.url)
        except PortalError as error:
            if error.stops_run:
                raise
            return File(resource, problems=error.problems)
        named = resource.file_name or file_name(answer.headers, resource.title, answer.final_url)
        return File(replace(resource, file_name=named), answer.body)


def _progress(exchange: Exchange) -> None:
    print(
        f"  {exchange.status or exchange.failure} {shown(exchange.url, 200)} {exchange.size} bytes {exchange.seconds:.1f} s",
        file=sys.stderr,
    )


def _request(folder: Path) -> Mapping[str, Any]:
    """What was asked for when answers were recorded; empty where that is not known."""
    try:
        request = json.loads((folder / REQUEST).read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return request if isinstance(request, dict) and isinstance(request.get("target"), str) else {}


def _by_record(reader: Reader, same: Sequence[Document]) -> Iterator[Document]:
    """Saved answers with one id as documents: those whose own id it is are one; each other is one for itself, known by its file."""
    if len(same) == 1:
        yield from same
        return
    own = [document for document in same if reader.has_own_id(document)]
    if own:
        yield Document(own[0].id, tuple(part for document in own for part in document.parts))
    others = [document for document in same if document not in own]
    used: dict[str, int] = {}
    for document in others:
        place = document.parts[0].url
        used[place] = used.get(place, 0) + 1
        yield Document(place if used[place] == 1 else f"{place}#{used[place]}", document.parts)


def _whole(resource: Resource, pieces: Sequence[File]) -> File:
    """The parts of a table as one file; a part that is not there is told."""
    bodies = [piece.body for piece in pieces if piece.body is not None]
    problems = [found for piece in pieces for found in piece.problems]
    if not bodies:
        return File(resource, None, tuple(problems))
    problems += [
        problem("part-missing", resource.id, value=piece.resource.url or piece.resource.path) for piece in pieces if piece.body is None
    ]
    try:
        body, found = joined_parts(resource, bodies, resource.id)
    except PortalError as error:
        return File(resource, None, (*problems, *error.problems))
    return File(resource, body, (*problems, *found))


def _read_beside(resource: Resource, found: Path | Problem) -> File:
    """A file that lies beside its answer, or why it is not certain which one that is."""
    if isinstance(found, Problem):
        return File(resource, problems=(found,))
    problems: list[Problem] = []
    body = next((body for _name, body in _read_files([found], found.parent, problems)), None)
    return File(resource, body, tuple(problems))


def _read_files(files: Iterable[Path], base: Path, problems: list[Problem]) -> Iterator[tuple[str, bytes]]:
    for file in files:
        name = file.relative_to(base).as_posix()
        try:
            size = file.stat().st_size
            if size > LARGEST_FILE:
                problems.append(problem("target-too-large", name, value=size))
                continue
            yield name, file.read_bytes()
        except OSError as error:
            problems.append(problem("target-missing", name, detail=error.strerror))


if __name__ == "__main__":
    sys.exit(main())

"""Bring the interface's translations up to date: the list of strings (.pot), the translations (.po) and what CKAN reads (.mo).

``python ckanext-miyagiict/translations.py`` after changing a string of ours, a translation, or the version of CKAN or an extension;
strings that are not translated are listed, and are an error. With ``--check`` it does nothing else. docs/translation.md says more.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

import yaml
from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from werkzeug.exceptions import default_exceptions

from ckanext.miyagiict.packages.metadata import FREQUENCIES, LICENCES_FILE

DOMAIN = "ckanext-miyagiict"
OURS = Path(__file__).parent / "ckanext" / "miyagiict"
I18N = OURS / "i18n"
POT = I18N / f"{DOMAIN}.pot"
LANGUAGES = ("ja", "en")
METHODS = [("**/tests/**", "ignore"), ("**.py", "python"), ("**.js", "javascript"), ("**/templates/**.html", "ckan")]

#: Packages whose pages visitors and officers see, with the package's own list of strings where it ships one.
PACKAGES = {
    "ckan": "i18n/ckan.pot",
    "ckanext/activity": None, "ckanext/datastore": None, "ckanext/datatablesview": None, "ckanext/textview": None,
    "ckanext/scheming": None, "ckanext/dcat": "i18n/ckanext-dcat.pot", "ckanext/harvest": "i18n/ckanext-harvest.pot",
}

#: Reasons why a form is refused, shown on the error page (Flask-WTF does not mark them).
REFUSALS = (
    "The CSRF token is missing.", "The CSRF session token is missing.", "The CSRF token has expired.", "The CSRF token is invalid.",
    "The CSRF tokens do not match.", "The referrer header is missing.", "The referrer does not match the host.",
)
#: CKAN's groups are the catalogue's categories: its English says so too. (Not in what CKAN tells of itself.)
GROUP = re.compile(r"\bgroups?\b", re.IGNORECASE)
NOT_WORDS = re.compile(r"\s*<p>CKAN is .*|\{[^{}]*\}|%\(\w+\)s|<[^<>]+>", re.DOTALL)
#: Keys of organizations and groups: no words in any language.
KEYS = ("code", "title_en")
#: Fields of CKAN's own forms. The summary of a form's errors names the fields, ours too.
FORM_FIELDS = (
    "about", "capacity", "description", "display_name", "email", "fullname", "id", "image_upload", "image_url", "message",
    "name", "old_password", "password", "password1", "password2", "private", "role", "state", "title", "type", "upload", "user", "username",
    "users",
)


def strings() -> Catalog:
    """Every string of the interface: ours, CKAN's, the extensions'."""
    catalog = Catalog(domain=DOMAIN, charset="utf-8", fuzzy=False)
    collect(catalog, OURS, "ckanext/miyagiict", None)
    for name, pot in PACKAGES.items():
        if folder := package(name):
            collect(catalog, folder, name, pot)
        else:
            print(f"{name} is not installed: its strings stay as they are", file=sys.stderr)
            for message in read(POT):
                if places := [(place, None) for place, _line in message.locations if place.startswith(f"{name}/")]:
                    catalog.add(message.id, locations=places, flags=message.flags)
    for place, unmarked in passed_to_gettext():
        catalog.add(unmarked, locations=[(place, None)])
    return catalog


def passed_to_gettext() -> Iterator[tuple[str, str]]:
    """Strings that pages translate although no source marks them, with the place they come from."""
    for licence in json.loads(LICENCES_FILE.read_text(encoding="utf-8")):
        yield "ckanext/miyagiict/packages/licences.json", licence["title"]
    for label in FREQUENCIES.values():
        yield "ckanext/miyagiict/packages/metadata.py", label
    for key in KEYS:
        yield "ckanext/miyagiict/catalogue/organizations.py", key
    schema = yaml.safe_load((OURS / "schemas" / "dataset.yaml").read_text(encoding="utf-8"))
    for field in (*FORM_FIELDS, *(field["field_name"] for fields in ("dataset_fields", "resource_fields") for field in schema[fields])):
        yield "ckan/logic/__init__.py", re.sub(r"\burl\b", "URL", field.replace("_", " ").capitalize(), flags=re.IGNORECASE)
    for error in default_exceptions.values():
        yield "werkzeug/exceptions.py", error().name
        yield "werkzeug/exceptions.py", error.description or ""
    yield "ckan/config/middleware/flask_app.py", "Internal server error"
    for reason in REFUSALS:
        yield "flask_wtf/csrf.py", reason


def package(name: str) -> Path | None:
    """Folder of an installed package; ``ckanext`` has several, one an extension."""
    top, _, rest = name.partition("/")
    spec = find_spec(top)
    folders = [Path(folder) / rest for folder in (spec.submodule_search_locations or [])] if spec else []
    return next((folder for folder in folders if folder.is_dir()), None)


def collect(catalog: Catalog, folder: Path, name: str, pot: str | None) -> None:
    """Add the strings that a package lists, and those in its source."""
    for message in read(folder / pot) if pot else []:
        if message.id:
            places = [(place if place.startswith("ckan") else f"{name}/{place}", None) for place, _line in message.locations]
            catalog.add(message.id, locations=places, flags=message.flags)
    for filename, _line, text, _comments, _context in extract_from_dir(folder, METHODS):
        catalog.add(text, locations=[(f"{name}/{filename}", None)])


def read(path: Path, locale: str | None = None) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=locale, domain=DOMAIN)


def translated(language: str, template: Catalog) -> Catalog:
    """The translations that there are, of the strings that there are. English is for those that the source says in another way."""
    catalog = Catalog(language, domain=DOMAIN, charset="utf-8", fuzzy=False)
    path = po_file(language)
    known = read(path, language) if path.is_file() else catalog
    for message in template:
        if message.id and (language == "ja" or needs_english(message.id)):
            found = known.get(message.id)
            catalog.add(message.id, found.string if found else "", message.locations, message.flags)
    return catalog


def po_file(language: str) -> Path:
    return I18N / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def faults(catalog: Catalog) -> Iterator[str]:
    """Strings without a translation, and those whose placeholders Babel finds wrong."""
    for message in catalog:
        if message.id and not all(forms(message.string)):
            yield f"not translated: {message.id!r}"
    for message, errors in catalog.check():
        yield from (f"{error}: {message.id!r}" for error in errors)


def needs_english(text: str | Sequence[str] | None) -> bool:
    """Whether the source is not English, or says "group"."""
    return text in KEYS or any(character >= "\u3040" for form in forms(text) for character in form) or names_group(text)


def names_group(text: str | Sequence[str] | None) -> bool:
    return any(GROUP.search(NOT_WORDS.sub("", form)) for form in forms(text))


def forms(text: str | Sequence[str] | None) -> tuple[str, ...]:
    """Singular and plural, or the one form that there is."""
    return tuple(text) if isinstance(text, (tuple, list)) else (str(text or ""),)


def as_po(catalog: Catalog) -> bytes:
    """The catalogue without line numbers and with one date: they would change with every release of CKAN, and say nothing."""
    catalog.project, catalog.version = DOMAIN, "1"
    catalog.creation_date = catalog.revision_date = datetime(2026, 11, 21, tzinfo=UTC)
    catalog.msgid_bugs_address = catalog.last_translator = catalog.language_team = "docs/translation.md"
    catalog.header_comment = "# Strings of the portal's interface. How to change them, and the table of terms: docs/translation.md"
    buffer = BytesIO()
    write_po(buffer, catalog, width=0, sort_output=True, include_lineno=False, ignore_obsolete=True)
    return buffer.getvalue()


def as_mo(catalog: Catalog) -> bytes:
    buffer = BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def main() -> int:
    arguments = argparse.ArgumentParser(description="Bring the interface's translations up to date.")
    arguments.add_argument("--check", action="store_true", help="write nothing, only say which strings are not translated")
    check = arguments.parse_args().check

    template = strings()
    catalogs = {language: translated(language, template) for language in LANGUAGES}
    if not check:
        write(POT, as_po(template))
        for language, catalog in catalogs.items():
            write(po_file(language), as_po(catalog))
            write(po_file(language).with_suffix(".mo"), as_mo(catalog))
    found = [f"{language}: {fault}" for language, catalog in catalogs.items() for fault in faults(catalog)]
    print("\n".join(found), end="\n" * bool(found))
    return 1 if found else 0


def write(path: Path, content: bytes) -> None:
    if not path.is_file() or path.read_bytes() != content:
        path.write_bytes(content)
        print(f"written: {path}")


if __name__ == "__main__":
    sys.exit(main())

"""What a search finds: CKAN's own schema and settings beside ours, on judged queries, in one run.

    ./miyagi python benchmarks/search_quality.py [--queries FILE] [--half odd|even] [--details]

Indexes the judged corpus (tests/search/corpus.yaml and the packages in datasets/) into two Solr cores made for this run, asks every
query of both, and prints zero-result rate, nDCG@10, how many of the datasets that must be found are, and how many of those that must
not. ``--queries`` takes a list of your own in the form of tests/search/queries.yaml. docs/search.md tells how to read it.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PROJECT / "tests" / "search"), str(PROJECT / "benchmarks")]

import judged  # noqa: E402
from ckan.cli.cli import CtxObject  # noqa: E402
from ckan.common import config  # noqa: E402
from solr_cores import cores  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--queries", type=Path, default=judged.HERE / "queries.yaml", help="a list in the form of the judged one")
    parser.add_argument("--half", choices=["odd", "even"], help="only every second query: tune on one half, look at the other")
    parser.add_argument("--details", action="store_true", help="every query of ours that is not perfect, and what was found")
    arguments = parser.parse_args()
    queries = judged.read_queries(arguments.queries)
    if arguments.half:
        queries = queries[arguments.half == "even" :: 2]
    app = CtxObject(os.environ["CKAN_INI"]).app
    with app._wsgi_app.test_request_context(), tempfile.TemporaryDirectory() as folder:
        corpus = judged.read_corpus(Path(folder))
        print(f"{len(queries)} queries, {len(corpus)} datasets", flush=True)
        figures = {}
        with cores(config["solr_url"]) as addresses:
            for way, address in addresses.items():
                with judged.indexed(corpus, Path(folder), address):
                    figures[way] = judged.Figures([judged.ask(query) for query in queries])
    print(table(figures))
    if arguments.details:
        print_details(figures["ours"])


def table(figures: dict[str, judged.Figures]) -> str:
    """The figures side by side, as Markdown."""
    rows = [
        ("queries without a result", "zero_rate", "{:.1%}"),
        ("nDCG@10", "ndcg", "{:.3f}"),
        ("must be found and is", "recall", "{:.1%}"),
        ("must not be found and is", "wrong_rate", "{:.1%}"),
    ]
    lines = ["|   | stock CKAN 2.12 | ours |", "|---|---|---|"]
    for label, name, form in rows:
        lines.append(f"| {label} | {form.format(getattr(figures['stock'], name))} | {form.format(getattr(figures['ours'], name))} |")
    return "\n".join(lines)


def print_details(figures: judged.Figures) -> None:
    for answer in sorted(figures.answers, key=lambda answer: answer.ndcg):
        if answer.ndcg < 0.999 or answer.wrong:
            relaxed = f" (exact {answer.exact})" if answer.exact < len(answer.found) else ""
            print(f"\n{answer.ndcg:.3f}  {answer.query.q}{relaxed}  found {len(answer.found)}")
            for name in answer.found[:10]:
                print(f"         {answer.query.grades.get(name, '-')}  {name}")
            for label, names in (("missed", answer.missed), ("wrong", answer.wrong)):
                if names:
                    print(f"         {label}: {', '.join(sorted(names))}")


if __name__ == "__main__":
    main()

"""`angebote evaluate`, with a few offers of the demo as a county of its own."""

from __future__ import annotations

import json
import os
import secrets
import tempfile
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result
from opensearchpy import OpenSearch

from bench.evaluate import evaluate
from bench.installed import demo
from service.errors import BadSetting
from service.relevance.asking import Reader
from service.relevance.judged import COLUMNS
from service.relevance.questions import Question
from service.relevance.variants import WITHOUT
from service.search.criteria import SearchCriteria
from service.search.engines import open_engine
from service.search.service import SearchService
from tests.servers.runs import ROOT

JUDGED = {
    "alltag": (
        "Möbel;demo:wohnen-moebellager-marl;;abstimmen;", "Schulden;demo:wohnen-schuldnerberatung-dorsten;;pruefen;",
        "Geld für die Miete;demo:wohnen-wohngeld-dorsten;demo:wohnen-sozialberatung-oer;abstimmen;",
    ),
    "verschrieben": ("Wongeld;demo:wohnen-wohngeld-dorsten;;abstimmen;", "Schuldnerberattung;demo:wohnen-schuldnerberatung-dorsten;;pruefen;"),
    "unsinn": ("xqzvbnk;;;abstimmen;", "Deutschkurs;andere:1;;abstimmen;"),
}  # fmt: skip


@pytest.fixture
def county(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A county with the demo's offers on housing and a few judged queries; nothing is installed."""
    for name in [name for name in os.environ if name.startswith("ANGEBOTE_")]:
        monkeypatch.delenv(name)
    folder = tmp_path / "county"
    for name in ("demo", "golden"):
        (folder / name).mkdir(parents=True)
    for name in ("county.toml", "vocab", "demo/wohnen.toml"):
        (folder / name).symlink_to(ROOT / "seed" / name)
    for name, lines in JUDGED.items():
        text = "\n".join([";".join(COLUMNS), *lines, ""])
        (folder / "golden" / f"{name}.csv").write_text(text, encoding="utf-8")
    monkeypatch.setenv("ANGEBOTE_COUNTY", str(folder))
    monkeypatch.setenv("ANGEBOTE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    return folder


def run(*arguments: str) -> Result:
    return CliRunner().invoke(evaluate, arguments, catch_exceptions=False, env={"COLUMNS": "200"})


def figures(result: Result, file: Path, engine: str = "embedded") -> Any:
    assert result.exit_code in {0, 1}, result.output
    return json.loads(file.read_text(encoding="utf-8"))["engines"][engine]


def test_the_demo_needs_nothing_and_leaves_nothing(county: Path, tmp_path: Path) -> None:
    result = run("--json", str(tmp_path / "found.json"))
    found = figures(result, tmp_path / "found.json")

    assert result.exit_code == 0
    assert "Hier ist noch kein Index: gefragt werden die Beispielangebote." in result.output
    assert "Bewertet, aber gibt es hier nicht: 1 (andere:1)." in result.output
    assert {name: entry["queries"] for name, entry in found["figures"].items()} == {
        "gesamt": 6, "alltag": 3, "unsinn": 1, "verschrieben": 2, "titel": len(found["queries"]) - 6,
    }  # fmt: skip
    assert found["figures"]["titel"]["score"] == found["figures"]["unsinn"]["score"] == 1.0
    assert list((tmp_path / "temporary").iterdir()) == []
    assert [path.name for path in (tmp_path / "data").rglob("*")] == []


def test_slices_and_purposes_narrow(county: Path, tmp_path: Path) -> None:
    file = tmp_path / "found.json"
    found = figures(run("--demo", "--slice", "alltag", "--purpose", "pruefen", "--json", str(file)), file)

    assert [query["query"] for query in found["queries"]] == ["Schulden"]


def test_the_parts_of_the_search_show_their_worth(county: Path, tmp_path: Path) -> None:
    file = tmp_path / "found.json"
    result = run("--demo", "--ablation", "--compare", "title=3", "--json", str(file))
    found = figures(result, file)["variants"]

    assert found.keys() == {*WITHOUT, "title=3"}
    assert found["ohne-schreibweisen"]["verschrieben"]["difference"] < -0.4
    assert "ohne-schreibweisen" in result.output


def test_the_report_explains_the_worst_answers(county: Path, tmp_path: Path) -> None:
    (county / "golden" / "falsch.csv").write_text(
        f"{';'.join(COLUMNS)}\nSchuldnerberatung;demo:wohnen-moebellager-marl;;abstimmen;<b>wohl falsch</b>\n",
        encoding="utf-8",
    )
    run("--demo", "--html", str(tmp_path / "report.html"))
    page = (tmp_path / "report.html").read_text(encoding="utf-8")

    assert "„Schuldnerberatung“" in page
    assert "nicht unter den ersten 10" in page
    assert "Hinweis: &lt;b&gt;wohl falsch&lt;/b&gt;" in page
    assert "<mark>" in page


def test_what_got_worse_than_the_kept_scores_is_told(county: Path) -> None:
    assert run("--demo", "--save-baseline").exit_code == 0
    file = county / "golden" / "baseline.json"
    same = run("--demo")
    assert same.exit_code == 0
    assert "Verglichen mit dem Stand vom" in same.output

    (county / "golden" / "alltag.csv").write_text(
        "\n".join([";".join(COLUMNS), *(line.split(";", 1)[0] + ";;;abstimmen;" for line in JUDGED["alltag"])]),
        encoding="utf-8",
    )
    worse = run("--demo")
    assert worse.exit_code == 1
    assert "embedded: schlechter als der Vergleichsstand: insgesamt" in worse.output
    assert "„alltag“ 0,00 statt" in worse.output
    assert json.loads(file.read_text(encoding="utf-8"))["offers"] == "demo"


def test_only_all_scores_are_kept(county: Path) -> None:
    result = run("--demo", "--save-baseline", "--slice", "alltag")

    assert result.exit_code == 2
    assert not (county / "golden" / "baseline.json").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--engines", "lucene"), "Möglich sind embedded, opensearch, database"),
        (("--engines", "opensearch"), "Hier gibt es keinen solchen Index"),
        (("--slice", "alltäglich"), "Diesen Bereich gibt es nicht. Möglich sind alltag, titel"),
    ],
)
def test_what_is_not_there_is_told(county: Path, arguments: tuple[str, ...], told: str) -> None:
    with pytest.raises(BadSetting, match=told):
        run("--demo", *arguments)


def test_what_is_installed_is_asked_where_there_is_an_index(
    county: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = dict(os.environ)
    monkeypatch.setenv("ANGEBOTE_INDEX_PREFIX", "")
    with demo(tmp_path / "data", environment, []) as installed:
        monkeypatch.setenv("ANGEBOTE_INDEX_PREFIX", installed.settings.index_prefix)
        result = run("--engines", "embedded,database", "--json", str(tmp_path / "found.json"))

    assert figures(result, tmp_path / "found.json", "database")["figures"]["titel"]["score"] == 1.0
    assert "noch kein Index" not in result.output
    assert json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))["offers"] == "bestand"


def test_questions_are_asked_as_pages_ask_them(county: Path, tmp_path: Path) -> None:
    with demo(tmp_path / "data", os.environ, []) as installed, closing(open_engine(installed.settings)) as engine:
        reader, service = Reader(installed.database, engine), SearchService(installed.database, engine)
        for query in ("Schulden", "Möbel in Haltern", "Marl", "", "Wongeld", "der die das", "ev bulmak"):
            asked = reader.ask(Question("x", query, {})).found
            shown = service.search(SearchCriteria(q=query), size=10).found
            assert [hit.offer_id for hit in asked.hits] == [hit.offer_id for hit in shown.hits]
            assert asked.total == shown.total


def test_both_engines_answer_alike(
    county: Path,
    tmp_path: Path,
    opensearch_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ANGEBOTE_SEARCH_URL", opensearch_url)
    own = secrets.token_hex(4)  # other tests have indexes of their own on the same server
    monkeypatch.setattr("bench.installed.secrets", SimpleNamespace(token_hex=lambda length: own))
    file = tmp_path / "found.json"
    result = run("--demo", "--ablation", "--json", str(file))
    found = json.loads(file.read_text(encoding="utf-8"))

    assert "opensearch und embedded" in result.output
    whole = found["parity"]["opensearch/embedded"]["gesamt"]
    assert whole["overlap"] >= 0.8
    assert abs(whole["difference"]) <= 0.02
    for name in WITHOUT:
        on_both = [
            found["engines"][engine]["variants"][name]["gesamt"]["score"] for engine in ("embedded", "opensearch")
        ]
        assert abs(on_both[0] - on_both[1]) <= 0.05, name
    assert found["engines"]["opensearch"]["index"].startswith(f"evaluate{own}-")
    with OpenSearch(opensearch_url, timeout=30) as client:
        assert list(client.indices.get(index=f"evaluate{own}*")) == []

"""The manual: its examples run, what it names is there, its formulas can be read, its reference is up to date."""

import doctest
import importlib
import io
import re
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

import simcore
from simcore.manual import commands, docstrings, reference

ROOT = Path(__file__).resolve().parents[2]
MANUAL = ROOT / "simcore" / "manual"
METHOD = (MANUAL / "method.md").read_text(encoding="utf-8")
#: Modules whose docstrings name works, and the README, which does too.
SOURCES = [*sorted((ROOT / "simcore").rglob("*.py")), ROOT / "README.md"]


def blocks():
    """The blocks of Python with the heading that each stands below."""
    found, heading = [], ""
    for part in re.split(r"^(#+ [^\n]*|```python\n.*?^```)$", METHOD, flags=re.M | re.S):
        if part.startswith("#"):
            heading = part.lstrip("# ")
        elif part.startswith("```python"):
            found.append(pytest.param(part.removeprefix("```python\n").removesuffix("```"), id=heading))
    return found


@pytest.mark.parametrize("block", blocks())
def test_what_is_worked_out_by_hand_is_what_simcore_gives(block, tmp_path, monkeypatch):
    assert re.search(r"^assert |^    +assert ", block, flags=re.M)
    monkeypatch.chdir(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        exec(compile(block, "method.md", "exec"), {"__name__": "method"})


def without_code(text):
    return re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)


def test_each_part_is_worked_out_somewhere():
    assert len(blocks()) >= 20


def resolved(name):
    """What a dotted name stands for: a module, or something in one."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        try:
            value = importlib.import_module(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        for attribute in parts[end:]:
            value = getattr(value, attribute)
        return value
    raise ModuleNotFoundError(name)


def test_every_function_and_module_that_is_named_is_there():
    names = sorted(set(re.findall(r"`(simcore\.[\w.]+)`", without_code(METHOD))))
    assert len(names) >= 50
    for name in names:
        assert resolved(name) is not None, name


def test_every_test_that_is_named_is_there():
    named = sorted(set(re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", METHOD)))
    assert len(named) >= 60
    for path, test in named:
        text = (ROOT / path).read_text(encoding="utf-8")
        assert not test or re.search(rf"^def {test}\(", text, flags=re.M), f"{path}::{test}"
    assert "::" not in "".join(re.findall(r"(?<!`)tests/\w+", METHOD))


def test_names_that_are_not_there_are_seen():
    with pytest.raises(AttributeError):
        resolved("simcore.rates.no_such_function")
    with pytest.raises(AttributeError):
        resolved("simcore.no_such_module")


def cited_in(text):
    """First author, or the only one, and year of the works that a text cites."""
    author = r"([A-Z][\w'’-]+(?:-[A-Z]\w+)?)(?:, [A-Z][\w' -]+)*(?:(?: and|,? &) [A-Z][\w' -]+| et al\.)?"
    within = re.findall(rf"\b{author},? \(?(1[89]\d\d|20\d\d)\)?", text)
    return {(name, year) for name, year in within}


def test_every_work_that_is_cited_is_in_the_list_and_the_other_way_round():
    before, _, after = METHOD.partition("\n## References\n")
    listed = re.findall(r"^- ([A-Z][\w'’-]+).*?\((\d{4})\)", after, flags=re.M | re.S)
    assert listed == sorted(listed, key=lambda work: (work[0].lower(), work[1]))
    prose = " ".join(without_code(before).split())
    assert {work for work in cited_in(prose) if work[0] not in ("In",)} == set(listed)


def test_every_work_stands_in_the_code_that_uses_it():
    code = " ".join(" ".join(path.read_text(encoding="utf-8").split()) for path in SOURCES)
    listed = re.findall(
        r"^- ([A-Z][\w'’-]+).*?\((\d{4})\)", METHOD.partition("\n## References\n")[2], flags=re.M | re.S
    )
    assert len(listed) >= 30
    for author, year in listed:
        assert re.search(rf"{author}\b[^\[]{{0,100}}\({year}\)|{author} {year}", code), f"{author} {year}"


def formulas(text):
    """Formulas, those on lines of their own first."""
    text = re.sub(r"`[^`\n]*`", "", without_code(text))
    shown = re.findall(r"\$\$(.*?)\$\$", text, flags=re.S)
    return shown, re.findall(r"\$([^$]+)\$", re.sub(r"\$\$.*?\$\$", "", text, flags=re.S))


#: What GitHub can read and matplotlib cannot, and something alike.
ONLY_ON_GITHUB = {r"\top": "T", r"\qquad": r"\quad", r"\bmod": r"\mathrm{mod}", r"\lt": "<"}


def test_every_formula_can_be_read():
    from matplotlib.mathtext import MathTextParser

    shown, inside = formulas(METHOD)
    assert len(shown) >= 25
    parser = MathTextParser("path")
    for formula in [*shown, *inside]:
        assert "\n\n" not in formula, "a dollar without its other one"
        plain = re.sub(r"\\(underbrace|text|operatorname)", r"\\mathrm", " ".join(formula.split()))
        for known, other in ONLY_ON_GITHUB.items():
            plain = plain.replace(known, other)
        parser.parse(f"${plain}$")


def test_a_formula_with_a_slip_is_seen():
    from matplotlib.mathtext import MathTextParser

    with pytest.raises(ValueError, match="Expected"):
        MathTextParser("path").parse(r"$\fraction{1}{2}$")


def anchors(text):
    """Anchors of the headings of a page, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", without_code(text), flags=re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", ["README.md", "method.md", "reference.md"])
def test_links_lead_somewhere(name):
    text = (MANUAL / name).read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)\s]+)\)", without_code(text))
    assert links
    for link in links:
        path, _, anchor = link.partition("#")
        target = (MANUAL / path).resolve() if path else MANUAL / name
        assert target.exists(), link
        assert not anchor or anchor in anchors(target.read_text(encoding="utf-8")), link


@pytest.mark.parametrize("name", ["README.md", "method.md"])
def test_lines_are_not_too_long(name):
    lines = (MANUAL / name).read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if len(line) > 120 and not line.startswith(("|", "$$"))] == []


def test_the_reference_is_that_of_this_version():
    kept = (MANUAL / "reference.md").read_text(encoding="utf-8")
    assert kept == reference.reference(), f"run: {reference.RENEW}"


def test_the_reference_is_renewed_by_its_command(tmp_path, monkeypatch):
    import simcore.manual.__main__ as renewing

    monkeypatch.setattr(renewing, "FILE", tmp_path / "reference.md")
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert renewing.main() == 0
    assert (tmp_path / "reference.md").read_text(encoding="utf-8") == reference.reference()
    assert sys.stdout.getvalue() == f"{tmp_path / 'reference.md'}\n"


def test_a_reference_that_cannot_be_written(tmp_path, monkeypatch, capsys):
    import simcore.manual.__main__ as renewing

    (tmp_path / "reference.md").mkdir()
    monkeypatch.setattr(renewing, "FILE", tmp_path / "reference.md")
    assert renewing.main() == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith(f"{tmp_path / 'reference.md'} is a folder: name a file, such as")


def test_the_reference_has_every_public_name_once_and_no_path_of_a_machine():
    text = reference.reference()
    entries = re.findall(r"^#### (\w+)$", text, flags=re.M)
    assert sorted(entries) == sorted(name for name in simcore.__all__ if name != "__version__")
    assert str(ROOT) not in text
    assert not re.search(r"<[\w. ]+ (object|function|at) |0x[0-9a-f]{6}|/home/|/root/|/tmp/", text)
    assert not re.search(r"(?<!`)``(?!`)|\[\d\]_|:class:|:func:", text)


def test_every_name_is_described_with_each_of_its_parameters():
    import inspect

    text = reference.reference()
    for name in simcore.__all__:
        value = getattr(simcore, name)
        if not inspect.isfunction(value):
            continue
        entry = text.split(f"\n#### {name}\n")[1].split("\n#### ")[0].split("\n## ")[0]
        assert entry.split("```\n\n")[1].strip(), name
        described = docstrings.docstring_of(value).sections.get("Parameters")
        for parameter in inspect.signature(value).parameters if described else ():
            assert re.search(rf"^- (`[^`]+`, )*`{re.escape(parameter)}`", entry, flags=re.M), f"{name}: {parameter}"


def test_names_stand_in_the_group_of_their_module():
    homes = {
        "a": "simcore.analysis.new_module",
        "b": "simcore.decisions.silos",
        "c": "simcore.studies.until",
        "d": "simcore.odd",
    }
    groups = [reference.group_of(name, homes) for name in ("a", "b", "c", "d", "unknown")]
    assert groups == [
        "Costs and outcomes",
        "Decisions",
        "Reading and running",
        "Reading and running",
        "Reading and running",
    ]


def test_every_dim_of_the_results_is_told():
    from simcore.vocabulary import ATTRIBUTES, FURTHER_ATTRIBUTES, VARIABLES

    assert {dim for of in VARIABLES.values() for dim in of.dims} == set(reference.DIMS)
    text = reference.reference()
    for name in (*VARIABLES, *ATTRIBUTES, *FURTHER_ATTRIBUTES):
        assert f"| `{name}` | " in text, name


def test_a_signature_is_written_as_in_the_source():
    def plain(one: "float", *rest: "int", last: "str | None" = "a", **more: "bool") -> "None": ...

    def long(
        first_parameter: "int | None", *, second_parameter: "list[str] | None" = (), third=1e9
    ) -> "str | None": ...

    assert reference.signature_lines("plain", plain) == [
        'plain(one: float, *rest: int, last: str | None = "a", **more: bool) -> None'
    ]
    assert reference.signature_lines("long", long) == [
        "long(",
        "    first_parameter: int | None,",
        "    *,",
        "    second_parameter: list[str] | None = (),",
        "    third=1e+09,",
        ") -> str | None",
    ]


DOCSTRING = """Cost of ``something`` [1]_.

    More words
    of it.

    Parameters
    ----------
    one, other
        Two numbers:

        - the first;
        - the second,
          which is longer.
    last
        Another.

    Returns
    -------
    A number [SEK].

    Notes
    -----
    As follows::

        1 + 1

    References
    ----------
    .. [1] Nobody (2000), nothing.
    """


def test_a_docstring_in_parts():
    def documented(): ...

    documented.__doc__ = DOCSTRING
    found = docstrings.docstring_of(documented)
    assert found.summary == "Cost of `something`."
    assert docstrings.markdown(found.more) == "More words of it."
    assert list(found.sections) == ["Parameters", "Returns", "Notes", "References"]
    assert found.entries("Parameters") == [
        ("one, other", "Two numbers:\n\n- the first;\n- the second,\n  which is longer."),
        ("last", "Another."),
    ]
    assert docstrings.markdown(found.entries("Parameters")[0][1]) == (
        "Two numbers:\n\n- the first;\n- the second, which is longer."
    )
    assert found.entries("Returns") == []
    assert docstrings.markdown(found.sections["Notes"]) == "As follows:\n\n```text\n1 + 1\n```"


def test_the_reference_has_every_command_with_every_option():
    import typer
    from typer.testing import CliRunner

    from simcore.cli import app

    text, runner = reference.reference(), CliRunner()
    listed = [name for name, _ in commands.commands_of(app)]
    assert len(listed) >= 13
    assert isinstance(app, typer.Typer)
    for name in listed:
        entry = text.split(f"\n### simcore {name}\n")[1].split("\n### ")[0].split("\n## ")[0]
        shown = runner.invoke(
            app, [*name.split(), "--help"], env={"COLUMNS": "200", "TERM": "dumb", "NO_COLOR": "1"}
        ).output
        options = set(re.findall(r"(?<![\w-])--[a-z][\w-]*", shown)) - {"--help"}
        assert options == set(re.findall(r"(?<![\w-])--[a-z][\w-]*", entry)), name


@pytest.mark.parametrize("module", ["simcore.manual.reference", "simcore.manual.docstrings", "simcore.manual.commands"])
def test_examples(module):
    failed, _ = doctest.testmod(importlib.import_module(module), extraglobs={"simcore": simcore})
    assert failed == 0


def test_the_reference_loads_nothing_that_draws():
    code = "import sys, simcore.manual; print([m for m in ('matplotlib', 'openpyxl', 'bokeh') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"

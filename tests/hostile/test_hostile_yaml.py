"""YAML that is a bomb, a trap or no text: a message that says what is allowed instead."""

import pytest

from tests.hostile.cases import BASE, changed, problem, read, told

SAVE = "save it as UTF-8 in the editor, or as CSV UTF-8 in the spreadsheet"
DEEP = problem("scenario.yaml:1", "more than 40 levels, one in the other", "a flatter file",
               "is there a bracket that is not closed?")  # fmt: skip


@pytest.fixture(autouse=True)
def _inside(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_a_bomb_of_aliases_is_refused(tmp_path):
    lines = "".join(f"b{n}: &b{n} [*b{n - 1}, *b{n - 1}]\n" for n in range(1, 60))
    said = told(tmp_path, f"b0: &b0 [x, x]\n{lines}")
    assert said.startswith(problem("scenario.yaml:1  b0", "&b0", "a value without anchor", "anchors are not used here"))
    assert problem("scenario.yaml:2  b1[0]", "*b0", "the value itself", "aliases are not used here") in said


def test_a_list_that_holds_itself_is_refused(tmp_path):
    said = told(tmp_path, BASE + "about: &a [*a]\n")
    assert problem("scenario.yaml:166  about[0]", "*a", "the value itself", "aliases are not used here") in said


def test_merge_keys_are_no_fields(tmp_path):
    said = told(tmp_path, "<<: {seed: 4}\n" + BASE)
    assert said.startswith("scenario.yaml:1  <<\n    found    a field this entry does not have\n    allowed  extends, ")


@pytest.mark.parametrize(
    ("value", "tag"),
    [
        ("!!python/object/apply:os.system ['touch canary']", "!!python/object/apply:os.system"),
        ("!!python/name:os.system x", "!!python/name:os.system"),
        ("!!python/object/new:subprocess.Popen [[touch, canary]]", "!!python/object/new:subprocess.Popen"),
        ("!!set {a, b}", "!!set"),
        ("!!binary aGVq", "!!binary"),
        ("!<tag:yaml.org,2002:python/object:os.system> x", "!!python/object:os.system"),
        ("! x", "!"),
    ],
)
def test_tags_make_nothing(tmp_path, value, tag):
    said = told(tmp_path, BASE + f"about: {value}\n")
    assert said.startswith(problem("scenario.yaml:166  about", tag, "a value without tag", "tags are not used here"))
    assert not (tmp_path / "canary").exists()


@pytest.mark.parametrize("text", ["[" * 100_000, "[" * 3_000 + "]" * 3_000, "{" * 100_000])
def test_deep_brackets_are_refused(tmp_path, text):
    assert told(tmp_path, f"title: {text}\n") == DEEP


@pytest.mark.parametrize("step", ["a:\n", "- ", "? "])
def test_deep_entries_are_refused(tmp_path, step):
    text = "".join("  " * level + step for level in range(1_000)) if step.endswith("\n") else step * 100_000
    said = told(tmp_path, text + "1\n")
    assert "    found    more than 40 levels, one in the other\n    allowed  a flatter file" in said


def test_a_second_document_is_refused(tmp_path):
    assert told(tmp_path, BASE + "---\nseed: 2\n") == problem(
        "scenario.yaml:166", "a second document", "one document per file", "remove the line ---"
    )


def test_the_same_name_twice_is_refused(tmp_path):
    said = told(tmp_path, BASE + "seed: 2\n")
    assert said == problem("scenario.yaml:166  seed", "'seed' a second time (first in line 165)", "each name once")


def test_another_version_of_yaml_is_refused(tmp_path):
    said = told(tmp_path, "%YAML 3.1\n---\n" + BASE)
    assert said == problem("scenario.yaml:1", "another version of YAML", "a file without the line %YAML")


def test_tabs_are_refused(tmp_path):
    said = told(tmp_path, BASE.replace("  persons", "\tpersons"))
    assert said == problem("scenario.yaml:6", "a tab", "spaces", "the editor can turn tabs into spaces")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_byte_order_mark_and_any_line_end_change_nothing(tmp_path, encoding, end):
    assert read(tmp_path, BASE.replace("\n", end).encode(encoding)).scenario == read(tmp_path, BASE).scenario


@pytest.mark.parametrize(
    ("encoding", "line", "found", "allowed"),
    [
        ("utf-16", 1, "letters that are not UTF-8", "a UTF-8 text file"),
        ("latin-1", 166, "letters that are not UTF-8", "a UTF-8 text file"),
    ],
)
def test_other_encodings_are_refused(tmp_path, encoding, line, found, allowed):
    said = told(tmp_path, (BASE + "about: på åländska\n").encode(encoding))
    assert said == problem(f"scenario.yaml:{line}", found, allowed, SAVE)


def test_two_bytes_a_letter_are_refused(tmp_path):
    found = r"a control character ('\x00')"
    said = told(tmp_path, BASE.encode("utf-16-le"))
    assert said == problem("scenario.yaml:1", found, "text that can be printed", SAVE)


@pytest.mark.parametrize("letter", ["\x00", "\x07", "\x1b", "\x7f", "\x9b", "\u202e", "\u2066", "\ufffe"])
def test_control_characters_are_refused_however_they_are_written(tmp_path, letter):
    found = f"a control character ({letter!a})"
    said = told(tmp_path, BASE + f"about: a{letter}[31mb\n")
    hint = SAVE if letter == "\x00" else ""
    assert said == problem("scenario.yaml:166", found, "text that can be printed", hint)
    written = f"\\u{ord(letter):04x}"
    said = told(tmp_path, BASE + f'about: "a{written}[31mb"\n')
    assert said == problem("scenario.yaml:166  about", found, "text that can be printed")
    said = told(tmp_path, BASE + f'"a{written}b": 1\n')
    assert said == problem("scenario.yaml:166", found, "text that can be printed")


@pytest.mark.parametrize("escaped", ["\\ud800", "\\U00110000"])
def test_what_is_no_character_is_refused(tmp_path, escaped):
    assert "a backslash in a text in double quotes" in told(tmp_path, BASE + f'about: "a{escaped}b"\n')


@pytest.mark.parametrize("text", ["", "# nothing\n", "null\n", "{}\n", "--- ~\n"])
def test_an_empty_file_is_refused(tmp_path, text):
    said = told(tmp_path, text)
    assert said == problem("scenario.yaml:1", "an empty file", "fields with values: title, population, domains, ...")


def test_text_of_any_script_is_text(tmp_path):
    words = "Åse & Øle, 学校, مدرسة, 👩‍👩‍👧, <b>bold</b>, [red]x[/], $\\frac{, %s {0}, =cmd|' /C calc'!A0"
    quoted = words.replace("'", "''")
    file = read(tmp_path, changed(("title: A small scenario without mistakes", f"title: '{quoted}'")))
    assert file.scenario.title == words


def test_a_text_may_be_long_but_not_endless(tmp_path):
    assert read(tmp_path, BASE + f"about: {'x' * 10_000}\n").scenario.about == "x" * 10_000
    said = told(tmp_path, BASE + f"about: {'x' * 1_000_000}\n")
    found = f"1,000,000 characters, {'x' * 27}..."
    assert said == problem("scenario.yaml:166  about", found, "at most 10,000 characters")


def test_names_may_be_long_but_not_endless(tmp_path):
    long = "a" * 100
    read(tmp_path, BASE.replace("share_female", long))
    said = told(tmp_path, BASE.replace("share_female", long + "a"))
    assert problem(
        f"scenario.yaml:35  parameters.{long}a", "a" * 77 + "...", "a name of at most 100 characters"
    ) in said  # fmt: skip
    said = told(tmp_path, BASE + f"? {'k' * 500}\n: 1\n")
    found = f"500 characters, {'k' * 77}..."
    assert said == problem("scenario.yaml:166", found, "at most 400 characters before the colon")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (BASE + "# " + "x" * 3_000_000, "scenario.yaml: 3.0 million characters"),
        ("title: x\n" * 12_000_000, "scenario.yaml: 108.0 million characters"),
    ],
)
def test_a_huge_file_is_refused(tmp_path, text, found):
    allowed = "at most 3 million characters in all YAML files together"
    hint = "long tables and many parameters are written as CSV files"
    assert told(tmp_path, text) == problem("scenario.yaml", found, allowed, hint)


@pytest.mark.parametrize(
    "text",
    [
        "[" + "[]," * 600_000 + "]",
        "{" + "".join(f"a{n}," for n in range(300_000)) + "}",
        "{f: max(1" + ", 1" * 600_000 + ")}",
    ],
    ids=["lists", "names", "commas"],
)
def test_too_many_values_are_refused(tmp_path, text):
    hint = "long tables and many parameters are written as CSV files"
    allowed = "at most 100,000 in all YAML files together"
    assert problem("scenario.yaml:166", "more names and values", allowed, hint) in told(
        tmp_path, BASE + f"about: {text}\n"
    )


def test_of_very_many_problems_the_first_are_told(tmp_path):
    said = told(tmp_path, BASE + "".join(f"k{n}: 1\n" for n in range(20_000)))
    assert said.count("    found    a field this entry does not have") == 100
    with pytest.raises(AssertionError, match="nothing was said"):
        told(tmp_path, BASE)

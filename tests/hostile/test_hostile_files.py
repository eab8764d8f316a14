"""References to files that lie elsewhere, never end, block or are none: refused, and nothing of them is shown."""

import os

import pytest

from simcore.errors import SimcoreError
from simcore.scenario.limits import MOST_FOLDERS_UP
from simcore.scenario.loading import read_scenario, scenario_from_texts
from tests.hostile.cases import BASE, problem, read, told, with_parameters, with_table, write
from tests.hostile.within import within

SECRET = "the-word-that-nobody-may-see"
MORE = "more: {distribution: {fixed: 1}, unit: factor, source: {assumption: made up}}\n"
#: Each way to name a file: the scenario that names it, the place that messages give, and what is inside a good one.
NAMED = {
    "section": (with_parameters, "scenario.yaml:35  parameters", MORE),
    "extends": (lambda name: f"extends: {name}\n", "scenario.yaml:1  extends", BASE),
    "table": (lambda name: with_table(name=name), "scenario.yaml:112  tables.mortality.file", "age,value\n16+,0.001\n"),
}
ENDS = "a file that ends in .yaml, .yml or .csv"
LIES = ("a file that lies where its name says", "copy it here, or write the name of the file itself")


@pytest.fixture
def case(tmp_path, monkeypatch):
    """A folder for a scenario, far enough down that four folders up are still those of the test."""
    folder = tmp_path / "a" / "b" / "c" / "case"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture(params=NAMED)
def named(request):
    return NAMED[request.param]


def test_a_file_beside_the_scenario_and_up_to_some_folders_up_is_read(case, named):
    scenario, _, content = named
    for up in range(MOST_FOLDERS_UP + 1):
        name = "../" * up + "named.csv" if content.startswith("age") else "../" * up + "named.yaml"
        write(case, {name: content})
        read(case, scenario(name))


def test_a_file_further_up_is_refused(case, named):
    scenario, place, content = named
    write(case, {"../../../../named.yaml": content})
    found = "../../../../named.yaml: 4 folders up"
    allowed, hint = (
        "a file at most 3 folders up from the scenario's own",
        "keep what cases share in a folder beside them",
    )
    assert told(case, scenario("../../../../named.yaml")) == problem(place, found, allowed, hint)
    assert told(case, scenario("x/../y/../../../../../named.yaml")) == problem(place, found, allowed, hint)


@pytest.mark.parametrize("name", ["../secret", "secret", "../../../../../../../../etc/passwd", "secret.txt"])
def test_a_file_of_another_kind_is_refused_and_not_shown(case, named, name):
    scenario, place, _ = named
    write(case, {"../secret": SECRET, "secret": SECRET, "secret.txt": SECRET})
    said = told(case, scenario(name))
    if name != "secret":  # which may also be meant as the name of a model
        assert said == problem(place, f"{name}: not a YAML or CSV file by its name", ENDS)
    assert SECRET not in said


@pytest.mark.parametrize("name", ["/etc/passwd", "/dev/zero", "/etc/passwd.yaml", "'shipped:/../../etc/passwd.yaml'"])
def test_an_absolute_name_is_refused(case, named, name):
    scenario, place, _ = named
    hint = "a model that ships with simcore is extended by its name alone" if "shipped" in name else ""
    allowed = "a file name relative to the file it is written in"
    assert told(case, scenario(name)) == problem(place, name.strip("'"), allowed, hint)


@pytest.mark.parametrize(
    "target", ["../secret.yaml", "../../../../secret.yaml", "/etc/passwd", "/dev/zero", "/dev/urandom", "/dev/stdin"]
)
def test_a_link_that_leads_out_of_the_folder_is_refused(case, named, target):
    scenario, place, content = named
    write(case, {"../secret.yaml": SECRET + content, "../../../../secret.yaml": SECRET + content})
    (case / "named.yaml").symlink_to(target)
    said = told(case, scenario("named.yaml"))
    assert said == problem(place, "named.yaml: a link that leads elsewhere", *LIES)


def test_a_linked_folder_is_refused_and_a_link_inside_the_case_is_read(case, named):
    scenario, place, content = named
    write(case, {"../elsewhere/named.yaml": content, "inside/named.yaml": content})
    (case / "folder").symlink_to("../elsewhere")
    said = told(case, scenario("folder/named.yaml"))
    assert said == problem(place, "folder/named.yaml: a link that leads elsewhere", *LIES)
    (case / "link.yaml").symlink_to("inside/named.yaml")
    read(case, scenario("link.yaml"))


def test_a_case_that_is_reached_through_a_link_is_read(case, named, monkeypatch):
    scenario, _, content = named
    name = "../named.csv" if content.startswith("age") else "../named.yaml"
    write(case, {name: content, "scenario.yaml": scenario(name)})
    (case.parent.parent / "linked").symlink_to(case.parent)
    monkeypatch.chdir(case.parent.parent)
    assert read_scenario("linked/case").scenario == read_scenario(case).scenario


@pytest.mark.parametrize(
    "make", [os.mkfifo, os.mkdir, lambda name: os.symlink(name, name)], ids=["pipe", "folder", "loop"]
)
def test_what_is_no_file_is_refused(case, named, make):
    scenario, place, _ = named
    make("named.yaml")
    words = {"mkfifo": "a pipe", "mkdir": "a folder"}.get(make.__name__, "Too many levels of symbolic links")
    said = told(case, scenario("named.yaml"))
    assert said == problem(place, f"named.yaml: {words}", "a file that can be read")


@pytest.mark.parametrize("name", ["pipe", "/dev/zero", ".", "x" * 5_000, "a\0b", "no\ud800where"])
def test_a_scenario_that_is_no_file_is_refused(case, name):
    os.mkfifo("pipe")
    with within(), pytest.raises(SimcoreError) as caught:
        read_scenario(name)
    assert str(caught.value).encode("utf-8")
    assert "a scenario file, a folder with scenario.yaml, or a shipped scenario" in str(caught.value)


@pytest.mark.parametrize("name", [b"caf\xe9.yaml", b"caf\xe9/scenario.yaml", b"a\x1b[31mb/scenario.yaml"])
def test_a_name_that_cannot_be_printed_is_refused(case, name):
    write(case, {os.fsdecode(name): BASE})
    with pytest.raises(SimcoreError) as caught:
        read_scenario(os.fsdecode(name))
    assert "    allowed  names of files and folders that can be printed\n" in str(caught.value)
    assert str(caught.value).isascii()
    assert "\x1b" not in str(caught.value)


def test_a_scenario_that_is_a_link_to_something_else_is_refused(case):
    (case / "scenario.yaml").symlink_to("/etc/passwd")
    with pytest.raises(SimcoreError) as caught:
        read_scenario(".")
    found = "scenario.yaml: a link to what is no scenario by its name"
    assert problem("scenario.yaml", found, ENDS) in str(caught.value)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="everything may be read by this user")
def test_a_file_that_may_not_be_read_is_refused(case, named):
    scenario, place, content = named
    write(case, {"named.yaml": content})
    (case / "named.yaml").chmod(0)
    assert told(case, scenario("named.yaml")) == problem(
        place, "named.yaml: Permission denied", "a file that can be read"
    )


@pytest.mark.parametrize(
    ("name", "found", "hint"),
    [
        (r"'q\named.yaml'", r"q\named.yaml", "folders are written with /"),
        (r"'C:\named.yaml'", r"C:\named.yaml", "folders are written with /"),
        ("NAMED.yaml", "NAMED.yaml", "did you mean 'named.yaml'?"),
        ("'http://example.org/named.yaml'", "http:/example.org/named.yaml", "there is no folder http:/example.org"),
        ("~/named.yaml", "~/named.yaml", "there is no folder ~"),
        ("'n*.yaml'", "n*.yaml", "did you mean 'named.yaml'?"),
        ("'$HOME/named.yaml'", "$HOME/named.yaml", "there is no folder $HOME"),
    ],
)  # fmt: skip
def test_names_are_taken_as_they_are_written(case, named, name, found, hint):
    scenario, place, content = named
    write(case, {"named.yaml": content, "q/named.yaml": content})
    said = told(case, scenario(name))
    assert said == problem(place, f"{found}: no such file", "a file that can be read", hint)


def test_a_name_that_no_file_can_have_is_refused(case, named):
    scenario, place, _ = named
    said = told(case, scenario("x" * 300 + ".yaml"))
    assert said == problem(place, f"{'x' * 300}.yaml: File name too long", "a file that can be read")
    assert "a control character" in told(case, scenario('"a\\0.yaml"'))


def test_files_that_extend_each_other_are_refused(case):
    write(case, {"b.yaml": "extends: c.yaml\nseed: 2\n", "c.yaml": "extends: scenario.yaml\nseed: 3\n"})
    said = told(case, "extends: b.yaml\nseed: 1\n")
    circle = "scenario.yaml -> b.yaml -> c.yaml -> scenario.yaml"
    assert said == problem("c.yaml:1  extends", circle, "files that do not extend each other in a circle")
    said = told(case, "extends: scenario.yaml\nseed: 1\n")
    assert said.startswith("scenario.yaml:1  extends\n    found    scenario.yaml -> scenario.yaml\n")


def test_a_long_chain_of_files_is_read_or_refused(case):
    def chain(length):
        write(case, {f"f{n}.yaml": f"extends: f{n + 1}.yaml\nseed: {n}\n" for n in range(length)})
        write(case, {f"f{length}.yaml": BASE})
        return "extends: f0.yaml\nseed: 7\n"

    assert read(case, chain(150)).scenario.seed == 7
    said = told(case, chain(1_000))
    assert said == problem("f198.yaml:1  extends", "f199.yaml: one file more", "at most 200 files")


def test_a_file_of_sections_that_names_itself_names_nothing(case):
    said = told(case, with_parameters("scenario.yaml"))
    assert "scenario.yaml:3  parameters.title\n    found    A small scenario without mistakes\n" in said


def test_kept_texts_reach_no_file(case):
    write(case, {"named.yaml": MORE})
    text = with_parameters("named.yaml")
    with pytest.raises(SimcoreError) as caught:
        scenario_from_texts({"scenario.yaml": text}, "scenario.yaml")
    found = "named.yaml: no such file"
    assert problem("scenario.yaml:35  parameters", found, "a file that can be read") in str(caught.value)

"""Mutations of scenario files: hostile values, and ways to break YAML by line, letter and value, and CSV by cell.

Each takes the text of a file and a list of changes (kind, a number, another number, a hostile text), and gives the text
of a file that is broken, means something else, or is the same.
"""

import csv
import io

import yaml
from hypothesis import strategies as st

odd_scalars = st.sampled_from(
    ["", "null", "no", "1e-3", "-1", "0", "1", "1.5", "9" * 50, "1.0e999", ".nan", "'text'", "rest", "[]", "{}",
     "[[[]]]", "{a: {b: c}}", "[1, 2]", "{from: 1, to: 0}", "age", "not", "*x", "&x 1", "!!python/object:os.system x",
     "a -> b", "school.pupil -> dropped_out", "2024-01-01", "{16+: 0.5}", "{fixed: 0.5}", "{1: 2}", "{1.5: 2}",
     "{null: 1}", "{[a]: 1}", "{true: 1}", "? x", "|", ">", "%", "@", "`", "\t", "\x07", "\ufeff", "\U0001f600", "é",
     "'", '"', "- -", "5:", "{5: 1}", "files/x.csv", "..", "/", "."]
)  # fmt: skip
scalars = st.one_of(
    odd_scalars,
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.floats().map(str),
    st.integers().map(str),
)
odd_parts = st.sampled_from(
    ["never", "any", "boundary", "from", "cycle: month", "6 months", "1 year or more", "2 months", "0 years", "100",
     "{less_than: 6 months}", "{at_least: 99}", "{0: rest, never: 1}", "health.any -> any", "any -> well", "ill -> any",
     "rest", "matrix", "continuous", "at_start", "function_matrix", "mortality", "start_ages", "frailty", "p_prison",
     "boundary_weight", "{formula: 1 / 0, unit: factor}", "log(0)", "never - never", "p_first ^ never", "age + 1e999",
     "if(age > 17, p_first, 1)", "((((age))))", "p_prison + p_prison", "since_prison / time_ill", "{age: age / 0}",
     "{age: never}", "{sd: sd_frailty, mean: 1}", "{uniform: {min: 1, max: 0}}", "[sex, sex]", "[district]",
     "share_ill", "{good: share_ill, fair: rest}", "[health.well -> ill, health.any -> ill]", "{weights: share_ill}",
     "both_ends", "probability per year", "coefficient", "count", "SEK per person", "utility", "0-1", "3+", "1000000"]
)  # fmt: skip
#: Single values that try to be code, to name other files, to upset whatever prints them, or to be too large.
hostile_values = st.sampled_from(
    ["__import__('os').system('x')", "().__class__", "/etc/passwd", "../../../../etc/passwd", "/dev/zero",
     "=cmd|' /C'!A0", "\x1b[31m", "\u202e",
     "<script>alert(1)</script>", "[red]", "[/]", "[link=http://a]b[/link]", "$\\frac{", "%s {0} {x}",
     "1e400", "nan", "inf", "-0.0", "0.0000001", "999999999", "1" * 400, "x" * 20_000, "2**9**9**9", "1" + "+1" * 500,
     "0x10", "1_000", "12:30", "true", "~", "A" * 150, "ａｇｅ", "٣", "\xa05"]
)  # fmt: skip
#: Values that often mean something.
plain_values = st.sampled_from(["0", "1", "2", "0.5", "0.123", "rest", "any", "never", "{fixed: 0.5}", "2024", "x"])
values = st.one_of(plain_values, scalars, odd_parts, hostile_values)


def changes_of(kinds, most=3):
    """Lists of changes of some kinds."""
    change = st.tuples(st.sampled_from(kinds), st.integers(0, 10_000), st.integers(0, 10_000), values)
    return st.lists(change, min_size=1, max_size=most)


BY_LINE = ("delete", "duplicate", "swap", "replace", "value", "key", "indent", "word")
BY_LETTER = ("cut", "insert", "exchange", "repeat", "digit")
BY_VALUE = ("drop", "twice", "swap", "replace", "number", "rename", "borrow")
BY_CELL = ("delete", "duplicate", "swap", "cell", "empty", "header", "column", "longer", "shorter")


def by_line(text, changes):
    """Change lines, or words in them."""
    lines = text.splitlines()
    for kind, first, second, scalar in changes:
        if not lines:
            break
        i, j = first % len(lines), second % len(lines)
        match kind:
            case "delete":
                del lines[i]
            case "duplicate":
                lines.insert(j, lines[i])
            case "swap":
                lines[i], lines[j] = lines[j], lines[i]
            case "replace":
                lines[i] = scalar
            case "value":
                lines[i] = f"{lines[i].partition(':')[0]}: {scalar}"
            case "key":
                lines[i] = f"{scalar}:{lines[i].partition(':')[2]}"
            case "indent":
                lines[i] = " " * (second % 6) + lines[i].lstrip()
            case "word":
                words = lines[i].split(" ")
                words[second % len(words)] = scalar
                lines[i] = " ".join(words)
    return "\n".join(lines) + "\n"


def by_letter(text, changes):
    """Change letters, wherever they stand."""
    for kind, first, second, scalar in changes:
        place = (first * 10_001 + second) % (len(text) + 1)
        match kind:
            case "cut":
                text = text[:place] + text[place + 1 + second % 5 :]
            case "insert":
                text = text[:place] + scalar[:3] + text[place:]
            case "exchange":
                text = text[:place] + scalar[:1] + text[place + 1 :]
            case "repeat":
                text = text[:place] + text[place : place + 40] + text[place:]
            case "digit":
                digits = [number for number, letter in enumerate(text) if letter.isdigit()]
                if digits:
                    place = digits[first % len(digits)]
                    text = text[:place] + str(second % 10) + text[place + 1 :]
    return text


def _pairs(node):
    """Every place below a node: the list that holds it and its number there."""
    found = []
    for number, item in enumerate(node.value if isinstance(node.value, list) else ()):
        found.append((node, number))
        for below in item if isinstance(item, tuple) else (item,):
            found += _pairs(below)
    return found


def by_value(text, changes):
    """Change entries of lists and mappings, in a file that stays YAML."""
    try:
        root = yaml.compose(text, yaml.CSafeLoader)
    except yaml.YAMLError:
        return text
    for kind, first, second, scalar in changes:
        places = _pairs(root) if root is not None else []
        if not places:
            break
        (node, i), (other, j) = places[first % len(places)], places[second % len(places)]
        pair, donor = node.value[i], other.value[j]
        key, value = pair if isinstance(pair, tuple) else (None, pair)
        given = donor[1] if isinstance(donor, tuple) else donor
        match kind:
            case "drop":
                del node.value[i]
                continue
            case "twice":
                name = yaml.ScalarNode(key.tag, f"{key.value}_too") if isinstance(key, yaml.ScalarNode) else key
                node.value.insert(i, (name, value) if key is not None else value)
                continue
            case "swap" if not _holds(value, given) and not _holds(given, value):
                other.value[j] = (donor[0], value) if isinstance(donor, tuple) else value
                value = given
            case "borrow" if not _holds(given, node):
                value = given
            case "replace":
                value = yaml.ScalarNode("tag:yaml.org,2002:str", scalar)
            case "number":
                number = ("0", "1", "2", "-1", "0.5", "1.0e9", "16", "2024")[second % 8]
                value = yaml.ScalarNode("tag:yaml.org,2002:" + ("float" if "." in number else "int"), number)
            case "rename" if isinstance(key, yaml.ScalarNode):
                known = [of.value for of, _ in _keys(root)]
                key = yaml.ScalarNode(key.tag, known[second % len(known)])
        if i < len(node.value):
            node.value[i] = value if key is None else (key, value)
    return yaml.serialize(root, Dumper=yaml.SafeDumper, allow_unicode=True, width=1_000_000)


def _keys(node):
    """Keys and values of every mapping below a node."""
    found = []
    for item in node.value if isinstance(node.value, list) else ():
        if isinstance(item, tuple) and isinstance(item[0], yaml.ScalarNode):
            found.append(item)
        for below in item if isinstance(item, tuple) else (item,):
            found += _keys(below)
    return found


def _holds(node, wanted):
    """Tell whether a node is another one, or holds it: nothing may be put into itself."""
    below = (of for item in (node.value if isinstance(node.value, list) else ()) for of in
             (item if isinstance(item, tuple) else (item,)))  # fmt: skip
    return node is wanted or any(_holds(of, wanted) for of in below)


def by_cell(text, changes):
    """Change rows and cells of a CSV file."""
    delimiter = max(",;\t", key=text.split("\n", 1)[0].count)
    rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    for kind, first, second, scalar in changes:
        rows = [row for row in rows if row]
        if not rows:
            break
        i, j = first % len(rows), second % len(rows)
        k = second % len(rows[i])
        match kind:
            case "delete":
                del rows[i]
            case "duplicate":
                rows.insert(j, list(rows[i]))
            case "swap":
                rows[i], rows[j] = rows[j], rows[i]
            case "cell":
                rows[i][k] = scalar
            case "empty":
                rows[i][k] = ""
            case "header":
                rows[0][second % len(rows[0])] = scalar
            case "column":
                rows = [row[:k] + row[k + 1 :] for row in rows]
            case "longer":
                rows[i].append(scalar)
            case "shorter":
                rows[i].pop()
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return out.getvalue()

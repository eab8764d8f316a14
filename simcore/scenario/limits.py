"""How large the files of a scenario may be, all in one place.

A scenario is data that anybody may have written. Each limit is far above what an honest case needs, and low enough
that what is too large is told within seconds and in little memory, instead of keeping the machine busy for hours.
"""

from __future__ import annotations

#: Characters of all YAML files of a scenario together, and names and values in them. The largest case that ships has
#: 165,000 characters and 6,000 values, with all it extends.
MOST_YAML_CHARACTERS = 3_000_000
MOST_VALUES = 100_000
#: Values that are checked again for every alternative, and every population of a calibration, of a scenario. The
#: largest case that ships has 60,000.
MOST_REPEATED_VALUES = 1_000_000
#: Characters of a CSV file: more than the rows that are read can have in a table of numbers.
MOST_CSV_CHARACTERS = 50_000_000
#: Rows of all CSV files of a scenario together. A life table by age, sex and 80 calendar years has 16,000, a table of
#: 100 ages in 290 municipalities 29,000; to check 50,000 takes about four seconds.
MOST_ROWS = 50_000
#: Columns of a CSV file: the parameters of the largest joint sample that can be meant.
MOST_COLUMNS = 1_000
#: Cells of a CSV file, of whatever shape.
MOST_CELLS = 2_000_000
#: Files of a scenario, with all it extends: a file that extends the next, and so on, is one for each.
MOST_FILES = 200
#: Entries of a section by name, such as parameters; of formulas, which are cheap; and of those that look at each other.
MOST_ENTRIES = 2_000
OTHER_ENTRIES = {
    "derived": 6_000, "domains": 500, "memory": 500, "attributes": 500, "traits": 500, "interventions": 200,
}  # fmt: skip
#: Levels of lists and entries in each other; a scenario has about ten.
DEEPEST = 40
#: Characters of a text: a page or two, where `about` and `question` are a sentence.
LONGEST_TEXT = 10_000
#: Characters of a name, which stands in every message and table.
LONGEST_NAME = 100
#: Characters of a number as written, and the size of numbers. What is beyond is a mistake, and sums, squares and
#: variances of what is within are still numbers of the computer.
LONGEST_NUMBER = 40
LARGEST_NUMBER = 1e100
#: Numbers nearer to 0 than this, but not 0, would be read as another one.
SMALLEST_NUMBER = 1e-300
#: Folders that a name of a file may lead up from the scenario's own folder: enough for what several cases share.
MOST_FOLDERS_UP = 3
#: Problems that are looked for in what has been read; a message shows the first hundred of them.
MOST_PROBLEMS = 500

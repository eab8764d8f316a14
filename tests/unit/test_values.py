"""Looking up the cells of tables."""

import math

from hypothesis import given
from hypothesis import strategies as st

from simcore.model.values import _cell, _tree
from simcore.scenario.conditions import Band, whole_numbers

bands = st.builds(lambda low, width: whole_numbers(low, None if width > 8 else low + width), *[st.integers(0, 9)] * 2)
keys = st.tuples(st.sampled_from(["a", "b", "never"]), bands | st.just("never"), bands)
levels = st.integers(-1, 12) | st.sampled_from([0.25, 3.5, 8.75, math.inf, "never"])
asked = st.tuples(st.sampled_from(["a", "b", "c", "never"]), levels, levels)


@given(st.dictionaries(keys, st.floats(0, 1), max_size=12), asked)
def test_a_cell_is_found_where_a_row_fits(rows, wanted):
    fitting = [
        value
        for row, value in rows.items()
        if all(level in key if isinstance(key, Band) else level == key for key, level in zip(row, wanted, strict=True))
    ]
    found = _cell(_tree(list(rows.items())), list(wanted))
    assert found in fitting if fitting else found is None

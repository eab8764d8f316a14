"""What is drawn in a chart, said above it: its unit, and a sample of each line and mark."""

from __future__ import annotations

import html
from typing import Final

from simcore.report.web.charts import Chart

_BOX, _DIAMOND = '<rect x="1" y="2" width="26" height="10"/>', '<path d="M14 1.5 19.5 7 14 12.5 8.5 7Z"/>'
_TICK, _LINE = '<path d="M14 0V14"/>', '<path d="M1 7H27"/>'
_SAMPLES: Final = {
    "bar_low": _BOX, "gain": _BOX, "lose": _BOX, "sum": _BOX, "weak": _BOX, "mark": _DIAMOND, "middle": _TICK,
    "before": _DIAMOND,
}  # fmt: skip
_FAN_SAMPLES: Final = {"low": _BOX, "bar_low": _BOX}
#: How samples look, for the style of a page.
STYLE = """
.unit, .key { font-size: .875rem; margin: 0 0 .25rem; max-width: none; }
.unit { color: #555; }
.key span { display: inline-block; margin-right: 1.1rem; }
.sample { width: 28px; height: 14px; vertical-align: -2px; stroke: #444; stroke-width: 2.5; fill: none; }
.sample.intervals rect { fill: #444; fill-opacity: .45; stroke: none; }
.sample.mark path { fill: white; stroke: black; stroke-width: 1.2; }
.sample.before path { fill: #bbb; stroke: #777; stroke-width: 1.2; }
.sample.fan { stroke: #0072b2; }
.sample.fan rect { fill: #0072b2; fill-opacity: .2; stroke: none; }
.sample.fan.bar_low rect { fill-opacity: .5; }
.sample.fan.mean { stroke: #555; stroke-dasharray: 2 3; }
.sample.fan.before { stroke: #777; stroke-dasharray: 6 4; }
.sample.gain rect { fill: #0072b2; fill-opacity: 1; stroke: none; }
.sample.lose rect { fill: #d55e00; fill-opacity: 1; stroke: none; }
.sample.sum rect { fill: #444; fill-opacity: 1; stroke: none; }
.sample.weak rect { fill: #e69f00; fill-opacity: 1; stroke: none; }
"""


def legend_html(chart: Chart) -> str:
    """Unit and samples of a chart as HTML."""
    samples = _FAN_SAMPLES if chart.kind == "fan" else _SAMPLES
    parts = [
        f'<span><svg class="sample {chart.kind} {name}" viewBox="0 0 28 14" aria-hidden="true">'
        f"{samples.get(name, _LINE)}</svg> {html.escape(words)}</span>"
        for name, words in chart.legend.items()
    ]
    return f'<p class="unit">{html.escape(chart.axis)}</p><p class="key">{" ".join(parts)}</p>'

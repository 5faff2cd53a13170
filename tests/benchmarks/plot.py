"""Draw growth as an SVG that reads on a white page and on a black one."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

INK = "#808080"
"""For words and axes: about as far from white as from black."""
COLOURS = ("#d1495b", "#e08e2b", "#3a86c8", "#3f9e6b", "#9a6fc0", "#8c8c8c", "#2aa5a0", "#b07d62")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")


class Panel(NamedTuple):
    """One picture: a line for every contestant."""

    title: str
    axis: str
    lines: Mapping[str, Mapping[float, float]]


def draw(panels: Sequence[Panel], file: Path) -> None:
    """Draw the panels side by side, both axes logarithmic; nothing at all has its place at the left end.

    Raises:
        ImportError: matplotlib is not installed.

    """
    mpl = import_module("matplotlib")
    mpl.use("Agg")
    pyplot = import_module("matplotlib.pyplot")
    names = list(dict.fromkeys(name for panel in panels for name in panel.lines))
    style = {name: {"color": COLOURS[n % len(COLOURS)], "marker": MARKERS[n % len(MARKERS)]} for n, name in enumerate(names)}
    settings = {"text.color": INK, "axes.edgecolor": INK, "axes.labelcolor": INK, "xtick.color": INK, "ytick.color": INK}
    with mpl.rc_context({**settings, "svg.hashsalt": "mesoscreen", "svg.fonttype": "path", "font.size": 10}):
        figure, axes = pyplot.subplots(1, len(panels), figsize=(5 * len(panels), 5.6), squeeze=False, sharey=True)
        for place, panel in zip(axes[0], panels, strict=True):
            for name, line in panel.lines.items():
                points = sorted(line.items())
                place.plot([x for x, _ in points], [y for _, y in points], markersize=4, linewidth=1.5, label=name, **style[name])
            ticks = sorted({x for line in panel.lines.values() for x in line})
            if ticks[0] == 0:
                place.set_xscale("symlog", linthresh=ticks[1], linscale=0.5)
            else:
                place.set_xscale("log")
            place.set_xticks(ticks, [f"{x:.0f}" for x in ticks])
            place.set_yscale("log")
            place.yaxis.set_major_formatter(lambda value, _: f"{value:,g}")
            place.tick_params(labelleft=True)
            place.minorticks_off()
            place.grid(visible=True, color=INK, alpha=0.25, linewidth=0.6)
            place.set_title(panel.title, fontsize=11)
            place.set_xlabel(panel.axis)
            place.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), fontsize=9, frameon=False)
            place.spines[["top", "right"]].set_visible(False)
        axes[0][0].set_ylabel("microseconds a patient")
        figure.tight_layout()
        figure.savefig(file, format=file.suffix[1:], transparent=True, metadata={"Date": None} if file.suffix == ".svg" else None)
        pyplot.close(figure)

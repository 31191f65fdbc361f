"""Which tools are served. A name that two plugins claim is served by neither: guessing would be picking a winner.

So it is with names that read alike: `find_studies` and `findstudies` are one tool to whoever approves a call.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from trivium.api import ToolSpec
from trivium.host.lint import read_alike
from trivium.pipeline import ServedTool
from trivium.settings.model import ToolSelection


def settle(
    offers: Mapping[str, Sequence[ToolSpec]], selection: ToolSelection
) -> tuple[dict[str, ServedTool], dict[str, dict[str, str]]]:
    """The tools served, by name; and for each plugin those withheld, with the reason.

    `offers` has the tools of each plugin in loading order, which is the order they are listed in.
    """
    owners: defaultdict[str, list[str]] = defaultdict(list)
    for plugin, specs in offers.items():
        for spec in specs:
            owners[spec.name].append(plugin)
    alike = read_alike([(plugin, spec.name) for plugin, specs in offers.items() for spec in specs])
    served: dict[str, ServedTool] = {}
    withheld: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for plugin, specs in offers.items():
        for spec in specs:
            reason = _reason(spec.name, owners[spec.name], selection) or alike.get((plugin, spec.name))
            if reason:
                withheld[plugin][spec.name] = reason
            else:
                served[spec.name] = ServedTool(spec, plugin)
    return served, dict(withheld)


def _reason(name: str, owners: Sequence[str], selection: ToolSelection) -> str:
    if len(owners) > 1:
        return f"claimed by {' and '.join(owners)}"
    if name in selection.disabled:
        return "disabled by tools.disabled"
    if selection.enabled is not None and name not in selection.enabled:
        return "not in tools.enabled"
    return ""

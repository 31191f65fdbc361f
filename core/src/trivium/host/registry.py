"""What is served. A name that two plugins claim is served by neither: guessing would be picking a winner.

So it is with names that read alike, as `find_studies` and `findstudies` are one tool to whoever approves a call, and
with resources of two plugins that both answer to some URI.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from trivium.api import ResourceSpec
from trivium.host.lint import read_alike
from trivium.host.offers import Offer, Served
from trivium.settings.model import ToolSelection


def settle(
    offers: Mapping[str, Sequence[Offer]], selection: ToolSelection
) -> tuple[dict[str, Served], dict[str, dict[str, str]]]:
    """What is served, by name; and for each plugin what is withheld, with the reason.

    `offers` has those of each plugin in loading order, which is the order they are listed in.
    """
    owners: defaultdict[str, list[str]] = defaultdict(list)
    for plugin, specs in offers.items():
        for spec in specs:
            owners[spec.name].append(plugin)
    alike = read_alike([(plugin, spec.name) for plugin, specs in offers.items() for spec in specs])
    alike |= _same_uris(
        {plugin: [one for one in specs if isinstance(one, ResourceSpec)] for plugin, specs in offers.items()}
    )
    served: dict[str, Served] = {}
    withheld: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for plugin, specs in offers.items():
        for spec in specs:
            reason = _reason(spec.name, owners[spec.name], selection) or alike.get((plugin, spec.name))
            if reason:
                withheld[plugin][spec.name] = reason
            else:
                served[spec.name] = Served(spec, plugin)
    return served, dict(withheld)


def _reason(name: str, owners: Sequence[str], selection: ToolSelection) -> str:
    if len(owners) > 1:
        return f"claimed by {' and '.join(owners)}"
    if name in selection.disabled:
        return "disabled by tools.disabled"
    if selection.enabled is not None and name not in selection.enabled:
        return "not in tools.enabled"
    return ""


def _same_uris(offers: Mapping[str, Sequence[ResourceSpec]]) -> dict[tuple[str, str], str]:
    """The resources, by plugin and name, that share a URI with another plugin's; with what is to be said of each."""
    return {
        (plugin, mine.name): f"{mine.uri} is claimed by {plugin} and, as {other.uri}, by {owner}"
        for plugin, resources in offers.items()
        for mine in resources
        for owner, others in offers.items()
        for other in others
        if owner != plugin and mine.template.overlaps(other.template)
    }

"""Write the shape of a Mirth Connect channel from channels that its own model wrote.

    python scripts/make_mirth_model.py FOLDER_OF_REFERENCE_CHANNELS

Reads one channel for each connector (`mirth-*-model__{src,dst}-*.xml`) and writes `trivium_hl7/knowledge/mirth.json`:
element names, their order, class names and defaults. A node is `[tag, attributes, text or child nodes]`. Running it
twice gives the same bytes.
"""

from __future__ import annotations

import argparse
import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any, Final

TARGET: Final = Path(__file__).resolve().parent.parent / "plugins/hl7/src/trivium_hl7/knowledge/mirth.json"
GENERATOR: Final = "scripts/make_mirth_model.py"
CONNECTORS: Final = ("dimse", "file", "http", "jdbc", "tcp", "vm")
"""Those that a channel of ours may have."""
DATA_TYPES: Final = {"HL7V2": "src-tcp", "DICOM": "src-dimse", "JSON": "src-http", "XML": "src-jdbc", "RAW": "src-js"}
"""Where the properties of each data type are read from."""
SECRETS: Final = frozenset({"username", "password", "passcode", "keyPW", "keyStorePW", "trustStorePW"})
"""Left empty whatever the default is."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("channels", type=Path, help="folder with the reference channels")
    write(parser.parse_args().channels)


def write(folder: Path, target: Path = TARGET) -> None:
    roots = {path.stem.partition("__")[2].rpartition("-")[0]: ET.parse(path).getroot() for path in _files(folder)}
    model = {
        "_meta": _meta(roots["src-tcp"].attrib["version"]),
        "data_types": {
            name: _node(_one(roots[origin], "sourceConnector/transformer/inboundProperties"))
            for name, origin in DATA_TYPES.items()
        },
        "source": {name: _connector(_one(roots[f"src-{name}"], "sourceConnector")) for name in CONNECTORS},
        "destination": {
            name: _connector(_one(roots[f"dst-{name}"], "destinationConnectors/connector")) for name in CONNECTORS
        },
        "channel": _frame(roots["src-tcp"]),
    }
    target.write_text(json.dumps(model, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("mirth-*-model__*.xml"))


def _meta(version: str) -> dict[str, Any]:
    return {
        "name": "mirth",
        "title": "Channel model of Mirth Connect: elements, order, class names, defaults",
        "sources": [
            {
                "program": f"Mirth Connect {version}",
                "licence": "MPL-2.0 (the model's classes; facts only, no code)",
                "edition": f"channels written by the model of {version} itself, one for each connector and data type",
            }
        ],
        "generator": GENERATOR,
        "version": version,
        "node": ["tag", "attributes", "text or child nodes"],
    }


def _one(root: ET.Element, path: str) -> ET.Element:
    found = root.find(path)
    if found is None:
        raise SystemExit(f"a reference channel has no {path}")
    return found


def _frame(root: ET.Element) -> list[Any]:
    """The channel without its connectors and with nothing of the one that it was read from."""
    for tag in ("sourceConnector", "destinationConnectors"):
        _one(root, tag).clear()
    for tag in ("id", "name"):
        _one(root, tag).text = None
    return _node(root)


def _connector(connector: ET.Element) -> list[Any]:
    """A connector without data types, which every channel chooses for itself."""
    for transformer in (connector.find("transformer"), connector.find("responseTransformer")):
        if transformer is not None:
            for tag in ("inboundDataType", "outboundDataType", "inboundProperties", "outboundProperties"):
                kept = _one(transformer, tag)
                kept.clear()
    return _node(connector)


def _node(element: ET.Element) -> list[Any]:
    text = "" if element.tag in SECRETS else element.text or ""
    return [element.tag, dict(element.attrib), [_node(child) for child in element] if len(element) else text]


if __name__ == "__main__":
    main()

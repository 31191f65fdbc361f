"""What is installed is held against its own RECORD, and nothing of it is imported for that."""

from __future__ import annotations

import base64
import hashlib
import importlib
import os
import sys
from collections.abc import Callable, Iterator
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.metadata import distribution
from pathlib import Path

import pytest

from tests.core.installing import Installation, Site
from trivium.host.distributions import inspect, matches


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    folder, traces = tmp_path / "site", tmp_path / "traces"
    folder.mkdir()
    traces.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    yield Site(folder, traces)
    for name in [name for name in sys.modules if name.startswith("acme_")]:
        del sys.modules[name]


@pytest.fixture
def gadgets(site: Site) -> Installation:
    return site.install("gadgets")


def faults(installation: Installation) -> list[str]:
    importlib.invalidate_caches()
    return inspect(installation.distribution).faults()


def test_what_is_as_it_was_installed_has_no_faults(site: Site, gadgets: Installation) -> None:
    installed = inspect(gadgets.distribution)
    assert installed.faults() == []
    assert (installed.name, installed.version) == ("acme-gadgets", "1.0")
    assert installed.record == hashlib.sha256(gadgets.record.read_bytes()).hexdigest()
    assert list(installed.listed) == [*gadgets.paths, "acme_gadgets-1.0.dist-info/RECORD"]
    assert installed.modules == ("acme_gadgets.plugin",)
    assert site.imported() == set()


def test_an_altered_file_is_found(gadgets: Installation) -> None:
    gadgets.path("plugin.py").write_text("")
    gadgets.path("data/table.json").write_text("[ ]\n")
    assert faults(gadgets) == [
        "acme_gadgets/plugin.py is not as RECORD has it",
        "acme_gadgets/data/table.json is not as RECORD has it",
    ]


def test_a_missing_file_is_found(gadgets: Installation) -> None:
    gadgets.path("later.py").unlink()
    assert faults(gadgets) == ["acme_gadgets/later.py is missing"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_what_is_no_file_is_not_waited_for(gadgets: Installation) -> None:
    gadgets.path("later.py").unlink()
    os.mkfifo(gadgets.path("later.py"))
    assert faults(gadgets) == ["acme_gadgets/later.py cannot be checked (not a file)"]


@pytest.mark.parametrize(
    "name",
    [
        "json.py",
        "plugin/__init__.py",
        "data/hook.py",
        "plugin.pyc",
        f"plugin{EXTENSION_SUFFIXES[0]}",
        "__pycache__/x.py",
    ],
)
def test_code_that_record_does_not_list_is_found(gadgets: Installation, name: str) -> None:
    gadgets.path(name).parent.mkdir(exist_ok=True)
    gadgets.path(name).write_bytes(b"")
    assert f"acme_gadgets/{name} is not in RECORD" in faults(gadgets)


def test_caches_of_bytecode_are_nobodys_fault(gadgets: Installation) -> None:
    gadgets.path("__pycache__").mkdir()
    gadgets.path("__pycache__/plugin.cpython-311.pyc").write_bytes(b"planted")
    gadgets.path("notes.txt").write_text("not code")
    assert faults(gadgets) == []


def test_a_link_to_a_folder_is_found(gadgets: Installation, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    gadgets.path("vendored").symlink_to(tmp_path / "elsewhere")
    assert faults(gadgets) == ["acme_gadgets/vendored is not in RECORD"]


def test_a_file_that_runs_whenever_python_starts_is_found(site: Site) -> None:
    assert faults(site.install("hooked", files={"hooked.pth": "import os\n"})) == [
        "hooked.pth would run whenever Python starts"
    ]


@pytest.mark.parametrize(
    ("point", "fault"),
    [
        ("os", "its entry point names os, which is not its own"),
        ("os:path", "its entry point names os, which is not its own"),
        ("json.decoder:JSONDecoder", "its entry point names json.decoder, which is not its own"),
        ("acme_other.plugin", "its entry point names acme_other.plugin, which is not its own"),
        ("acme_absent", "its entry point names acme_absent, which is not there"),
        ("acme_gadgets.absent", "its entry point names acme_gadgets.absent, which is not there"),
        ("acme_gadgets..plugin", "its entry point names acme_gadgets..plugin, which is not there"),
    ],
)
def test_an_entry_point_that_names_a_foreign_module_is_found(site: Site, point: str, fault: str) -> None:
    site.install("other")
    assert faults(site.install("gadgets", point=point)) == [fault]


def test_a_module_of_the_same_name_that_comes_first_on_the_path_is_found(
    site: Site, gadgets: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "first").mkdir()
    (tmp_path / "first" / "acme_gadgets.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path / "first"))
    assert faults(gadgets) == ["its entry point names acme_gadgets.plugin, which is not there"]


def test_packages_that_share_a_namespace_do_not_accuse_each_other(site: Site) -> None:
    one = site.install("one", point="acme.one.plugin", files={"acme/one/plugin.py": ""})
    two = site.install("two", point="acme.two.plugin", files={"acme/two/plugin.py": ""})
    assert faults(one) == faults(two) == []
    (site.folder / "acme/one/more.py").write_text("")
    assert faults(one) == ["acme/one/more.py is not in RECORD"]
    assert faults(two) == []


def test_an_editable_installation_cannot_be_vouched_for(site: Site) -> None:
    url = {"url": "file:///somewhere", "dir_info": {"editable": True}}
    assert faults(site.install("gadgets", direct_url=url)) == [
        "it is installed editable, so that its files can change at any time: install it as a wheel"
    ]
    assert faults(site.install("others", direct_url={"url": "file:///somewhere", "dir_info": {}})) == []


def folder_instead(file: Path) -> None:
    file.unlink()
    file.mkdir()


RECORDS: dict[str, tuple[Callable[[Path], object], str]] = {
    "absent": (lambda file: file.unlink(), "it has no RECORD that could be read: install it as a wheel"),
    "a folder": (folder_instead, "not a file"),
    "too few columns": (
        lambda file: file.write_text("a.py,\n"),
        "its RECORD, line 1: not a path, a digest and a size",
    ),
    "a blank line": (
        lambda file: file.write_text(file.read_text() + "\n"),
        "its RECORD, line 8: not a path, a digest and a size",
    ),
    "an open quote": (lambda file: file.write_text('"a.py,,\n'), "its RECORD, line 1: unexpected end of data"),
}


@pytest.mark.parametrize(("spoil", "fault"), RECORDS.values(), ids=RECORDS)
def test_a_record_that_cannot_be_read_is_a_fault(
    gadgets: Installation, spoil: Callable[[Path], object], fault: str
) -> None:
    spoil(gadgets.record)
    assert faults(gadgets) == [fault]


def test_a_digest_that_says_nothing_is_a_fault(gadgets: Installation) -> None:
    text = gadgets.record.read_text()
    row = next(line for line in text.splitlines() if "later.py" in line)
    gadgets.record.write_text(text.replace(row, "acme_gadgets/later.py,,"))
    assert faults(gadgets) == ["RECORD has no digest of acme_gadgets/later.py"]
    gadgets.record.write_text(text.replace(row, "acme_gadgets/later.py,md5=x,1"))
    assert faults(gadgets) == ["acme_gadgets/later.py cannot be checked (a digest by md5)"]


def test_a_file_that_record_no_longer_lists_is_found(gadgets: Installation) -> None:
    rows = gadgets.record.read_text().splitlines(keepends=True)
    gadgets.record.write_text("".join(row for row in rows if "later.py" not in row))
    assert faults(gadgets) == ["acme_gadgets/later.py is not in RECORD"]


def test_a_script_beside_the_environment_is_checked_and_its_folder_is_not_searched(site: Site) -> None:
    (site.folder.parent / "bin").mkdir()
    (site.folder.parent / "bin" / "other.py").write_text("")
    gadgets = site.install("gadgets", files={"../bin/gadgets.py": "#!/usr/bin/python\n"})
    assert faults(gadgets) == []
    (site.folder.parent / "bin" / "gadgets.py").write_text("")
    assert faults(gadgets) == ["../bin/gadgets.py is not as RECORD has it"]


def test_an_environment_that_is_reached_by_a_link_is_the_same(
    site: Site, gadgets: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lib64").symlink_to(site.folder)
    monkeypatch.syspath_prepend(str(tmp_path / "lib64"))
    assert faults(gadgets) == []


@pytest.mark.parametrize("algorithm", ["sha256", "sha384", "sha512"])
def test_the_digests_of_the_specification_are_understood(algorithm: str) -> None:
    value = base64.urlsafe_b64encode(hashlib.new(algorithm, b"x").digest()).decode()
    assert matches(b"x", f"{algorithm}={value.rstrip('=')}")
    assert not matches(b"y", f"{algorithm}={value}")


def test_a_wheel_that_is_really_installed_has_no_faults() -> None:
    installed = inspect(distribution("pluggy"))
    assert installed.faults() == []
    assert installed.tops == {"pluggy": True}

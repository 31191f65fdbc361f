"""A client waits for the plugin to be imported, so what only calls need is imported by calls."""

from __future__ import annotations

import inspect
import subprocess
import sys

from trivium.pipeline.marks import models_of
from trivium_dicom.plugin import trivium_tools
from trivium_dicom.settings import DicomSettings

IMPORT = "import sys, trivium_dicom.plugin; print(*sys.modules)"
LIGHT = {"completions", "files.desk", "files.limits", "plugin", "prompts", "resources", "result", "settings"}
RESULTS = ("model", "answer", "result", "results")
FOR_DEIDENTIFYING = {"confidentiality", "knowledge", "deidentify.choices", "deidentify.exports", "deidentify.seals"}


def loaded() -> set[str]:
    return set(
        subprocess.run([sys.executable, "-c", IMPORT], capture_output=True, text=True, check=True).stdout.split()
    )


def test_importing_the_plugin_imports_tools_and_their_results_alone() -> None:
    modules = {name.removeprefix("trivium_dicom.") for name in loaded() if name.startswith("trivium_dicom.")}
    tools = {f"tools.{spec.name}" for spec in trivium_tools(DicomSettings())}
    assert tools <= modules
    packages = {name for name in modules if any(other.startswith(f"{name}.") for other in modules)}
    others = modules - LIGHT - tools - packages - FOR_DEIDENTIFYING
    assert [name for name in sorted(others) if not name.endswith(RESULTS)] == []


def test_importing_the_plugin_imports_no_library_that_reads_files() -> None:
    assert loaded() & {"pydicom", "pypdf", "numpy", "PIL"} == set()


def test_results_are_not_annotated_in_quotes() -> None:
    """Each annotation in quotes is compiled again at every start, which takes as long as all the rest of its field."""
    models = {model for spec in trivium_tools(DicomSettings()) for model in models_of(spec.output)}
    quoted = [
        f"{model.__qualname__}.{name}"
        for model in models
        if model.__module__.startswith("trivium_dicom.")
        for name, hint in inspect.get_annotations(model).items()
        if isinstance(hint, str)
    ]
    assert sorted(quoted) == []

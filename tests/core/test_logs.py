"""What the program writes to stderr names places, never what a library had to say."""

from __future__ import annotations

import logging
import subprocess
import sys
import warnings
from collections.abc import Iterator

import pytest

from trivium.cli.logs import PlacesOnly, set_up_logging

NAME = "O'BRIEN"


@pytest.fixture
def restored() -> Iterator[None]:
    """Logging as it was, whatever the test sets up."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    root.setLevel(level)


def line(name: str, text: str = NAME, error: BaseException | None = None) -> str:
    info = (type(error), error, None) if error else None
    record = logging.LogRecord(name, logging.WARNING, "/lib/dul.py", 7, text, (), info)
    return PlacesOnly().format(record)


def test_a_line_of_the_host_stands_whole() -> None:
    assert line("trivium.audit", "the trail cannot be written") == "trivium.audit: warning: the trail cannot be written"
    assert line("trivium", "hello") == "trivium: warning: hello"


@pytest.mark.parametrize("name", ["pynetdicom.events", "root", "triviumx", "trivium_pacs.net", "py.warnings"])
def test_of_a_line_of_anybody_else_only_the_place_is_shown(name: str) -> None:
    assert line(name) == f"{name}: warning: at dul:7"


@pytest.mark.parametrize("name", ["trivium.audit", "pydicom"])
def test_of_an_exception_only_the_type_is_shown(name: str) -> None:
    assert line(name, "x", ValueError(NAME)).endswith(" (ValueError)")
    assert NAME not in line(name, "x", ValueError(NAME))


@pytest.mark.usefixtures("restored")
def test_everything_goes_to_stderr_and_nothing_through_an_older_handler(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging("info")
    logging.getLogger("library.net").info("C-FIND for %s", NAME)
    logging.getLogger("trivium.host").info("started")
    logging.getLogger("trivium.host").debug("too low")
    try:
        raise ValueError(NAME)
    except ValueError:
        logging.getLogger("library.files").exception("cannot read %s", NAME)
    captured = capsys.readouterr()
    assert captured.out == ""
    lines = captured.err.splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("library.net: info: at test_logs:")
    assert lines[1] == "trivium.host: info: started"
    assert lines[2].startswith("library.files: error: at test_logs:")
    assert lines[2].endswith(" (ValueError)")


@pytest.mark.usefixtures("restored")
def test_a_line_of_a_library_with_the_wrong_arguments_shows_no_value(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging("info")
    logging.getLogger("library.net").info("%d images", NAME)
    assert NAME not in capsys.readouterr().err


@pytest.mark.usefixtures("restored")
def test_a_warning_is_a_line_like_any_other(capsys: pytest.CaptureFixture[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        set_up_logging("warning")
        warnings.warn(NAME, UserWarning, stacklevel=1)
        logging.captureWarnings(False)
    text = capsys.readouterr().err
    assert text.startswith("py.warnings: warning: at ")
    assert NAME not in text


def test_an_exception_in_a_thread_of_a_library_shows_its_type_only() -> None:
    program = (
        "import threading\n"
        "from trivium.cli.logs import set_up_logging\n"
        "set_up_logging('error')\n"
        "def library():\n"
        f"    raise ValueError({NAME!r})\n"
        "thread = threading.Thread(target=library)\n"
        "thread.start()\n"
        "thread.join()\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "ValueError" in done.stderr
    assert "BRIEN" not in done.stderr

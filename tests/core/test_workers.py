"""Content that nobody vouches for is worked on in another process, whose death or hunger is an error and no more."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.core import jobs_for_workers as jobs
from trivium.api import TooLarge, ToolFailure, Workers
from trivium.api.workers import WorkerProblem


@pytest.fixture
def workers() -> Iterator[Workers]:
    made = Workers(memory=1 << 30)
    yield made
    made.close()


def failure(workers: Workers, job: Callable[..., Any], content: bytes = b"", seconds: float = 30) -> tuple[str, str]:
    with pytest.raises(ToolFailure) as caught:
        workers.run(job, content, where="path", seconds=seconds)
    return caught.value.code, str(caught.value)


def test_a_function_runs_in_another_process_that_is_kept_for_the_next_call(workers: Workers) -> None:
    first, second = (workers.run(jobs.measure, b"1234", where="path", seconds=30) for _ in range(2))
    assert first.length == 4
    assert first.process == second.process
    assert first.process != os.getpid()


def test_a_picture_comes_back_as_it_was_made(workers: Workers) -> None:
    content = bytes(range(256))
    answered = workers.run(jobs.draw, content, where="path", seconds=30)
    assert answered.picture is not None
    assert answered.picture.png == content


def test_a_failure_that_the_function_declares_is_raised_here(workers: Workers) -> None:
    assert failure(workers, jobs.refuse, b"123") == ("bad_input", "path is odd after 3 bytes")


def test_the_text_of_any_other_exception_stays_there(workers: Workers) -> None:
    code, text = failure(workers, jobs.fail, b"DOE^JOHN")
    assert (code, text) == ("bad_input", f"path {WorkerProblem.FAILED}")


def test_a_worker_that_dies_is_an_error_and_the_next_call_has_another(workers: Workers) -> None:
    assert failure(workers, jobs.die) == ("bad_input", f"path {WorkerProblem.CRASHED}")
    assert workers.run(jobs.measure, b"1", where="path", seconds=30).length == 1


def test_a_worker_that_ends_in_peace_is_replaced_once(workers: Workers) -> None:
    assert failure(workers, jobs.end) == ("tool_failed", f"path {WorkerProblem.UNSTARTED}")


def test_memory_is_bounded(workers: Workers) -> None:
    assert failure(workers, jobs.grow) == ("too_large", "path needs more than 1024 MiB of memory to be read")


def test_time_is_bounded(workers: Workers) -> None:
    began = time.monotonic()
    assert failure(workers, jobs.linger, seconds=1) == ("too_large", "path takes longer than 1 seconds to be read")
    assert time.monotonic() - began < 10


def test_endless_recursion_is_an_error(workers: Workers) -> None:
    assert failure(workers, jobs.nest)[0] == "bad_input"
    assert workers.run(jobs.measure, b"1", where="path", seconds=30).length == 1


def test_a_worker_writes_no_file(workers: Workers, tmp_path: Path) -> None:
    assert failure(workers, jobs.write, str(tmp_path / "written").encode())[0] == "bad_input"
    assert not (tmp_path / "written").exists() or (tmp_path / "written").read_bytes() == b""


def test_a_worker_is_not_told_the_secrets_of_the_host(workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIVIUM_DICOM__DEIDENTIFY_KEYS", "secret")
    assert workers.run(jobs.show_environment, b"", where="path", seconds=30).length == 0


def test_a_worker_imports_under_the_guards_of_the_host(workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "meta_path", [jobs.NoColors(), *sys.meta_path])
    assert failure(workers, jobs.mix_colors) == ("bad_input", f"path {WorkerProblem.FAILED}")


def test_an_answer_of_another_form_than_promised_is_none(workers: Workers) -> None:
    assert failure(workers, jobs.lie) == ("tool_failed", f"path {WorkerProblem.FAILED}")


def test_calls_share_no_more_processes_than_allowed(workers: Workers) -> None:
    seen: list[int] = []

    def ask() -> None:
        seen.append(workers.run(jobs.measure, b"1", where="path", seconds=30).process)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 8
    assert len(set(seen)) <= 2


def test_too_large_is_its_own_error(workers: Workers) -> None:
    with pytest.raises(TooLarge):
        workers.run(jobs.grow, b"", where="path", seconds=30)

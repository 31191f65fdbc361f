"""A retrieve as it runs: progress, other calls beside it, cancellation, and what is left in the audit trail."""

from __future__ import annotations

import socket
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest

from tests.wire.conftest import DESTINATION, Installation
from trivium.testing import Era, Person, error_code, text_of
from trivium_pacs.embedded import Destination, EmbeddedArchive, Series, Study
from trivium_pacs.embedded import Person as Patient

pytestmark = pytest.mark.anyio

LARGE = Study(
    Patient("ZZTEST^LARGE", "TRI-9001", "20000101", "O"),
    "20250501",
    "120000",
    "PHANTOM",
    "TRI25-9001",
    (Series("CT", "AXIAL", 100),),
)


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[Installation]:
    """An archive with a study of a hundred instances, each of which takes a while to send."""
    with (
        Destination(tmp_path / "arrived", ae_title=DESTINATION) as destination,
        EmbeddedArchive(
            [LARGE], destinations={DESTINATION: (destination.host, destination.port)}, pace=0.02
        ) as archive,
        (tmp_path / "stderr.txt").open("a") as stderr,
    ):
        yield Installation(tmp_path / "home", archive, destination, stderr)


def large(destination: str = DESTINATION) -> dict[str, str]:
    return {"study_instance_uid": LARGE.uid, "destination_ae_title": destination}


async def test_progress_is_told_and_other_tools_answer_meanwhile(
    slow: Installation, era: Era, capsys: pytest.CaptureFixture[str]
) -> None:
    slow.license()
    told: list[tuple[float, float | None]] = []

    async def on_progress(progress: float, total: float | None, message: str | None) -> None:
        told.append((progress, total))

    beside: list[float] = []
    async with slow.client(era, Person()) as client:
        await client.call_tool("lookup_dicom_tag", {"tag": "PatientName"})
        finished = anyio.Event()

        async def retrieve() -> None:
            result = await client.call_tool("pacs_retrieve", large(), progress_callback=on_progress)
            assert result.structured_content["outcome"] == "complete", text_of(result)
            finished.set()

        async with anyio.create_task_group() as group:
            group.start_soon(retrieve)
            while not finished.is_set():
                began = time.perf_counter()
                answer = await client.call_tool("lookup_dicom_tag", {"tag": "PatientName"})
                beside.append(time.perf_counter() - began)
                assert error_code(answer) == ""
                await anyio.sleep(0.01)
    assert slow.destination.received == 100
    assert [total for _, total in told] == [100] * len(told)
    assert len(told) > 10
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    # The retrieve takes two seconds and more; look-ups that waited for it would be few.
    assert len(beside) > 20
    with capsys.disabled():
        worst, median = 1000 * max(beside), 1000 * statistics.median(beside)
        print(f"\n  {era}: {len(beside)} look-ups beside 100 instances: median {median:.1f} ms, worst {worst:.1f} ms")


async def test_cancellation_stops_the_archive_and_the_account_is_kept(slow: Installation, era: Era) -> None:
    slow.license()
    async with slow.client(era, Person()) as client:
        with anyio.move_on_after(30) as patience:

            async def until_ten(progress: float, total: float | None, message: str | None) -> None:
                if progress >= 10:
                    patience.cancel()

            await client.call_tool("pacs_retrieve", large(), progress_callback=until_ten)
        assert patience.cancelled_caught
        with anyio.fail_after(20):
            while not slow.archive.cancels:
                await anyio.sleep(0.05)
            while slow.audit()[-1]["event"] != "closed":
                await anyio.sleep(0.05)
        assert error_code(await client.call_tool("lookup_dicom_tag", {"tag": "PatientName"})) == ""
    closing = next(r for r in reversed(slow.audit()) if r["event"] == "closed" and r["outcome"] == "canceled")
    assert closing["destination"] == DESTINATION
    assert closing["planned"] == {"studies": 1, "series": 1, "instances": 100}
    assert closing["result"]["complete"] is False
    assert closing["result"]["completed"] + closing["result"]["remaining"] == 100
    assert closing["result"]["completed"] == slow.destination.received
    assert 10 <= slow.destination.received < 100


async def test_a_destination_the_archive_does_not_know_is_explained(slow: Installation, era: Era) -> None:
    slow.license()
    slow.settings["TRIVIUM_PACS__ALLOWED_DESTINATIONS"] = "STRANGER"
    async with slow.client(era, Person()) as client:
        result = await client.call_tool("pacs_retrieve", large("STRANGER"))
    assert error_code(result) == "peer_rejected"
    assert "A801" in text_of(result)
    assert "administrator" in text_of(result)
    assert slow.destination.received == 0


async def test_an_archive_that_is_down_is_an_error_and_not_an_empty_answer(
    installation: Installation, era: Era
) -> None:
    installation.license()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        installation.settings["TRIVIUM_PACS__PORT"] = str(taken.getsockname()[1])
    calls = {"pacs_echo": {}, "pacs_query": {"patient_id": "TRI-0001"}, "pacs_retrieve": installation.retrieve}
    async with installation.client(era, Person()) as client:
        for name, arguments in calls.items():
            result = await client.call_tool(name, arguments)
            assert error_code(result) == "peer_unavailable", text_of(result)


async def test_a_query_with_more_matches_than_the_limit_says_so(installation: Installation, era: Era) -> None:
    async with installation.client(era) as client:
        result = await client.call_tool("pacs_query", {"limit": 1})
    assert len(result.structured_content["studies"]) == 1
    assert result.structured_content["more"] is True

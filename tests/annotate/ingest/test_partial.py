"""Uploads that break off: what is missing is known, large files go on at their offset, nothing is left lying about."""

import hashlib
import io
import os
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from annotate.ingest import incoming, services
from annotate.ingest.models import Batch, BatchFile, PartialFile
from annotate.ingest.services import sweep
from tests.annotate.ingest.deliver import pictures, ready
from tests.annotate.ingest.test_api import opened, send, staged, url
from tests.make import client_for, make_member, make_user

pytestmark = pytest.mark.django_db
TIME = 1_700_000_000_123
KIND = "application/offset+octet-stream"


class Sender:
    """Somebody's browser with one delivery open."""

    def __init__(self, **said: Any) -> None:
        self.project, self.admin = ready()
        self.client: APIClient = client_for(self.admin)
        self.bid = opened(self.client, self.project, **said)
        self.address = url(self.project, "batches", self.bid)

    def begin(self, content: bytes, path: str = "set/all.zip", *, client: APIClient | None = None) -> Any:
        body = {"path": path, "size": len(content), "modified": TIME}
        return (client or self.client).post(f"{self.address}/uploads", body, format="json")

    def part(self, uid: int, at: int | str, piece: bytes, *, client: APIClient | None = None) -> Any:
        address = f"{self.address}/uploads/{uid}"
        headers = {"Upload-Offset": str(at)}
        return (client or self.client).generic("PATCH", address, piece, content_type=KIND, headers=headers)

    def missing(self, *files: tuple[str, int, int]) -> Any:
        listed = [{"path": path, "size": size, "modified": time} for path, size, time in files]
        return self.client.post(f"{self.address}/missing", {"files": listed}, format="json")


def archive(*, megabytes: int = 0) -> bytes:
    """A zip of two pictures, and of noise that makes it large."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        for name, content in pictures(2):
            packed.writestr(name, content)
        packed.writestr("noise.bin", os.urandom(megabytes * 2**20))
    return made.getvalue()


def told(reply: Any) -> tuple[int, str]:
    return reply.status_code, reply.json().get("code", "")


def test_only_what_is_not_there_is_missing() -> None:
    sender = Sender()
    files = [*pictures(2), ("bad.jpg", b"")]
    reply = send(sender.client, f"{sender.address}/files", files, modified=str([TIME, TIME + 1, TIME]))
    assert reply.status_code == 200
    (first, one), (second, two), _ = files
    asked = [
        (first, len(one), TIME), ("new.jpg", len(one), TIME), (second, len(two), TIME), (second, len(two), TIME + 1),
        (first, len(one) + 1, TIME), ("bad.jpg", 0, TIME),
    ]  # fmt: skip
    assert sender.missing(*asked).json()["missing"] == [1, 2, 4]
    services.ingest_pending()
    assert sender.missing(*asked).json()["missing"] == [1, 2, 4], "what was taken in or refused is here, too"
    other = Sender.__new__(Sender)
    other.client, other.address = sender.client, url(sender.project, "batches", opened(sender.client, sender.project))
    assert other.missing(*asked).json()["missing"] == list(range(6)), "each delivery is compared with itself alone"


def test_a_long_list_is_compared_in_groups_at_one_price() -> None:
    sender = Sender()
    listed = [(f"{number}.jpg", number, TIME) for number in range(1000)]
    with CaptureQueriesContext(connection) as asked:
        assert len(sender.missing(*listed).json()["missing"]) == 1000
    with CaptureQueriesContext(connection) as asked_few:
        sender.missing(*listed[:2])
    assert len(asked) == len(asked_few)
    assert told(sender.missing(*listed, ("one more", 1, 1))) == (422, "invalid")
    for wrong in ({"files": [{"path": "a", "size": -1, "modified": 1}]}, {"files": [{"path": "", "size": 1}]}, {}):
        assert told(sender.client.post(f"{sender.address}/missing", wrong, format="json")) == (422, "invalid")


def test_a_copied_file_is_known_by_its_new_time() -> None:
    sender = Sender(expected=1)
    ((path, content),) = pictures(1)
    for time in (TIME, TIME + 5):
        send(sender.client, f"{sender.address}/files", [(path, content)], modified=str([time]))
    assert sender.missing((path, len(content), TIME + 5)).json()["missing"] == []
    batch = Batch.objects.get(pk=sender.bid)
    assert (batch.received, batch.arrived, batch.arrived_bytes) == (1, 1, len(content))


def test_a_large_file_comes_in_parts() -> None:
    sender, content = Sender(), archive()
    begun = sender.begin(content).json()
    assert (begun["offset"], begun["size"], begun["result"]) == (0, len(content), None)
    uid = begun["id"]
    assert sender.part(uid, 0, content[:100]).json()["offset"] == 100
    assert sender.client.get(f"{sender.address}/uploads/{uid}").json()["offset"] == 100
    assert sender.begin(content).json() == {**begun, "offset": 100}, "begun twice is begun once"
    assert not BatchFile.objects.exists(), "no partial row"
    asked = sender.missing(("set/all.zip", len(content), TIME), ("other.zip", 5, TIME))
    assert asked.json() == {"missing": [0, 1], "held_bytes": 100}
    ended = sender.part(uid, 100, content[100:]).json()
    assert (ended["id"], ended["offset"], ended["result"]["state"]) == (None, len(content), "received")
    (row,) = BatchFile.objects.all()
    assert (row.path, row.bytes, row.archive) == ("set/all.zip", len(content), True)
    assert row.digest == hashlib.sha256(content).hexdigest()
    assert incoming.path_of(row.staged).read_bytes() == content
    assert sender.missing(("set/all.zip", len(content), TIME)).json()["missing"] == []
    assert told(sender.part(uid, 100, content[100:])) == (404, "upload_gone")
    assert sender.begin(content).json()["result"]["state"] == "received", "a lost reply is asked for by beginning again"
    sender.client.post(f"{sender.address}/close")
    services.ingest_pending()
    batch = Batch.objects.get(pk=sender.bid)
    assert (batch.state, batch.added, staged()) == ("done", 2, 0)


def test_parts_that_do_not_fit_are_refused_and_change_nothing(settings: Any) -> None:
    sender, content = Sender(), archive()
    uid = sender.begin(content).json()["id"]
    sender.part(uid, 0, content[:100])
    again = sender.part(uid, 0, content[:100])
    assert (again.status_code, again.json()["offset"]) == (200, 100), "a part that was sent twice"
    for at, piece in ((101, b"ab"), (50, content[50:120]), (200, b"")):
        reply = sender.part(uid, at, piece)
        assert (*told(reply), reply.json()["data"]) == (409, "wrong_offset", {"offset": 100})
    assert told(sender.part(uid, 100, b"x" * len(content))) == (422, "past_the_end")
    assert told(sender.part(uid, 100, b"x" * (8 * 2**20 + 1))) == (413, "part_too_large")
    for strange in ("", "-1", "1.5", "٣", "9" * 30):
        assert told(sender.part(uid, strange, b"x")) == (400, "no_offset")
    colleague = make_user("colleague")
    make_member(sender.project, colleague, "admin")
    other = client_for(colleague)
    assert told(sender.part(uid, 100, content[100:], client=other)) == (403, "not_yours")
    assert told(sender.begin(content, client=other)) == (403, "not_yours")
    assert sender.part(uid, 100, content[100:]).json()["result"]["state"] == "received"
    assert BatchFile.objects.get().digest == hashlib.sha256(content).hexdigest()


def test_what_a_killed_process_wrote_without_a_word_is_overwritten() -> None:
    sender, content = Sender(), archive()
    uid = sender.begin(content).json()["id"]
    sender.part(uid, 0, content[:100])
    with incoming.path_of(PartialFile.objects.get().staged).open("ab") as file:
        file.write(b"half of a part that was never acknowledged" * 99)
    sender.part(uid, 100, content[100:200])
    sender.part(uid, 200, content[200:])
    assert BatchFile.objects.get().digest == hashlib.sha256(content).hexdigest()


def test_a_process_that_died_over_the_last_byte_is_made_good() -> None:
    sender, content = Sender(), archive()
    uid = sender.begin(content).json()["id"]
    sender.part(uid, 0, content[:-1])
    incoming.path_of(PartialFile.objects.get().staged).write_bytes(content)
    PartialFile.objects.update(offset=len(content))
    assert sender.begin(content).json()["result"]["state"] == "received"
    assert BatchFile.objects.get().bytes == len(content)


def test_what_is_too_large_is_refused_before_it_is_sent(settings: Any) -> None:
    settings.MAX_ARCHIVE_BYTES = 3 * 2**20
    settings.MAX_PICTURE_BYTES = 2**20
    sender, packed = Sender(expected=3), archive(megabytes=1)
    beyond = sender.begin(b"PK" + b"x" * (3 * 2**20), "beyond.zip").json()
    assert (beyond["id"], beyond["result"]["code"]) == (None, "too_large")
    picture = b"\xff\xd8" + b"x" * 2**20
    uid = sender.begin(picture, "huge.jpg").json()["id"]
    assert sender.part(uid, 0, picture[:3]).json()["result"] is None, "three bytes do not tell"
    assert sender.part(uid, 3, picture[3:99]).json()["result"]["code"] == "too_large"
    uid = sender.begin(packed).json()["id"]
    assert sender.part(uid, 0, packed).json()["result"]["state"] == "received"
    batch = Batch.objects.get(pk=sender.bid)
    assert (batch.arrived, batch.refused, staged()) == (3, 2, 1)
    known = [("beyond.zip", 3 * 2**20 + 2, TIME), ("huge.jpg", len(picture), TIME)]
    assert sender.missing(*known).json()["missing"] == []


@pytest.mark.parametrize("end", ["close", "cancel", "forget"])
def test_half_of_a_file_goes_with_its_delivery(end: str, settings: Any) -> None:
    sender, content = Sender(), archive()
    uid = sender.begin(content).json()["id"]
    sender.part(uid, 0, content[:100])
    if end == "forget":
        long_ago = timezone.now() - timedelta(days=settings.UPLOAD_DAYS, minutes=1)
        Batch.objects.update(touched_at=long_ago)
        for file in incoming.folder().iterdir():
            os.utime(file, (0, 0))
        sweep.tidy()
        assert (PartialFile.objects.count(), staged()) == (1, 1), "somebody went on with it lately"
        PartialFile.objects.update(touched_at=long_ago)
        sweep.tidy()
        assert Batch.objects.get().state == "closed"
    else:
        assert sender.client.post(f"{sender.address}/{end}").status_code == 200
    assert (PartialFile.objects.count(), BatchFile.objects.count(), staged()) == (0, 0, 0)
    assert told(sender.part(uid, 100, content[100:])) == (404, "upload_gone")
    assert told(sender.begin(content)) == (409, "batch_closed")


def test_a_forgotten_delivery_that_is_looked_at_first_is_looked_at(settings: Any) -> None:
    sender = Sender(staged=True)
    send(sender.client, f"{sender.address}/files", pictures(1))
    Batch.objects.update(touched_at=timezone.now() - timedelta(days=settings.UPLOAD_DAYS, minutes=1))
    sweep.tidy()
    services.ingest_pending()
    assert Batch.objects.get().state == "analysed"


def test_what_is_left_is_told_to_who_sends_it() -> None:
    sender, content = Sender(name="pets", expected=4, expected_bytes=100_000), archive()
    opened(sender.client, sender.project, name="a script's")
    sender.part(sender.begin(content).json()["id"], 0, content[:100])
    sent = pictures(2)
    send(sender.client, f"{sender.address}/files", sent, modified=str([TIME, TIME]))
    (one,) = sender.client.get(url(sender.project, "batches/unfinished")).json()["items"]
    size = sum(len(each) for _, each in sent)
    assert [one[name] for name in ("id", "name", "expected", "arrived", "arrived_bytes", "left", "left_bytes")] == [
        sender.bid, "pets", 4, 2, size, 2, 100_000 - size - 100,
    ]  # fmt: skip
    more = {"expected": 9, "expected_bytes": 300_000}
    assert sender.client.patch(sender.address, more, format="json").status_code == 200
    (one,) = sender.client.get(url(sender.project, "batches/unfinished")).json()["items"]
    assert (one["left"], one["left_bytes"]) == (7, 300_000 - size - 100)
    colleague = make_user("colleague")
    make_member(sender.project, colleague, "admin")
    assert client_for(colleague).get(url(sender.project, "batches/unfinished")).json()["items"] == []
    sender.client.post(f"{sender.address}/close")
    assert sender.client.get(url(sender.project, "batches/unfinished")).json()["items"] == []
    assert told(sender.client.patch(sender.address, more, format="json")) == (409, "batch_closed")


def test_no_room_is_said_before_anything_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    sender = Sender()
    monkeypatch.setattr(incoming, "RESERVE", 2**62)
    assert told(sender.begin(archive())) == (507, "no_room")
    assert (PartialFile.objects.count(), staged()) == (0, 0)

"""The decoding child as a process: its limits, its death, and who is blamed."""

from pathlib import Path

import pytest

from annotate.ingest.decode import Bounds
from annotate.ingest.decoder import Closed, Decoded, Decoder, Refused, Request
from tests.annotate.ingest import hostile
from tests.make import picture_bytes

BOUNDS = Bounds(picture_bytes=2**20, pixels=10**6, seconds=1, memory=2**30)
# The real child, but certain bytes do to it what a broken decoder might.
TRAPPED = """
import os, sys, time
from annotate.ingest import decode
true_prepare = decode.prepare
def prepare(data, prefix, bounds):
    if data.startswith(b"SPIN"):
        while True:
            pass
    if data.startswith(b"CRASH"):
        os.kill(os.getpid(), 11)
    if data.startswith(b"ONCE") and not os.path.exists(prefix + ".seen"):
        open(prefix + ".seen", "w").close()
        os._exit(7)
    if data.startswith(b"EAT"):
        return len(b"x" * 2**31)
    return true_prepare(data[4:] if data.startswith(b"ONCE") else data, prefix, bounds)
decode.prepare = prepare
decode.serve(sys.stdin.buffer, sys.stdout.buffer)
"""


def requests(folder: Path, contents: list[bytes]) -> list[Request]:
    for number, content in enumerate(contents):
        (folder / f"{number}.in").write_bytes(content)
    return [Request(folder / f"{number}.in", str(folder / str(number))) for number in range(len(contents))]


def codes(outcomes: list[Decoded | Refused]) -> list[str]:
    return [one.code if isinstance(one, Refused) else "" for one in outcomes]


def test_one_child_takes_many_pictures_in_order(tmp_path: Path) -> None:
    contents = [picture_bytes(number, form="JPEG") for number in range(60)]
    with Decoder(BOUNDS) as decoder:
        outcomes = list(decoder.decode(requests(tmp_path, contents)))
        child = decoder._child
        assert child is not None
        again = list(decoder.decode(requests(tmp_path, contents[:3])))
        assert decoder._child is child
    assert codes(outcomes) == [""] * 60
    assert [one.prefix for one in outcomes if isinstance(one, Decoded)] == [str(tmp_path / str(n)) for n in range(60)]
    assert again == outcomes[:3]
    assert child.poll() is not None


def test_only_the_culprit_is_refused(tmp_path: Path) -> None:
    good = [picture_bytes(number) for number in range(4)]
    contents = [good[0], b"CRASH", good[1], b"SPIN", b"EAT", b"", good[2], b"ONCE" + good[3]]
    with Decoder(BOUNDS, command=("-c", TRAPPED)) as decoder:
        outcomes = list(decoder.decode(requests(tmp_path, contents)))
    assert codes(outcomes) == ["", "decoder_died", "", "too_costly", "too_costly", "empty", "", ""]


def test_each_picture_has_the_whole_time(tmp_path: Path) -> None:
    # Together far more than one second of CPU, each far less.
    heavy = picture_bytes(3, size=(990, 990), form="PNG")
    with Decoder(BOUNDS) as decoder:
        outcomes = list(decoder.decode(requests(tmp_path, [heavy] * 12)))
    assert codes(outcomes) == [""] * 12


def test_a_child_that_never_answers_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("annotate.ingest.decoder.PATIENCE", -0.9)
    asleep = "import sys, time\nsys.stdin.buffer.read(9)\ntime.sleep(600)"
    with Decoder(BOUNDS, command=("-c", asleep)) as decoder:
        assert codes(list(decoder.decode(requests(tmp_path, [b"x"])))) == ["too_costly"]


def test_a_file_that_is_too_large_or_gone_is_refused(tmp_path: Path) -> None:
    asked = requests(tmp_path, [b"\xff\xd8" * 2**20, picture_bytes(1)])
    with Decoder(BOUNDS) as decoder:
        assert codes(list(decoder.decode(asked))) == ["too_large", ""]
        asked[1].source.unlink()
        assert codes(list(decoder.decode(asked[1:]))) == ["lost"]


def test_all_hostile_files_leave_the_child_alive(tmp_path: Path) -> None:
    cases = hostile.files()
    bounds = Bounds(picture_bytes=60 * 2**20, pixels=60 * 10**6, seconds=20, memory=2**31)
    with Decoder(bounds) as decoder:
        outcomes = list(decoder.decode(requests(tmp_path, [content for content, _ in cases.values()])))
        child = decoder._child
        assert child is not None
        assert child.poll() is None
        assert codes(outcomes) == [expected for _, expected in cases.values()]


def test_a_closed_decoder_says_so(tmp_path: Path) -> None:
    decoder = Decoder(BOUNDS)
    decoder.close()
    with pytest.raises(Closed):
        list(decoder.decode(requests(tmp_path, [picture_bytes(1)])))


def test_the_child_sees_nothing_of_our_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOVEA_SECRET_KEY", "do not tell")
    telling = (
        "import os, sys\nfrom annotate.ingest import decode\n"
        "decode.prepare = lambda data, prefix, bounds: open(prefix, 'w').write(repr(dict(os.environ))) and {}['x']\n"
        "decode.serve(sys.stdin.buffer, sys.stdout.buffer)"
    )
    with Decoder(BOUNDS, command=("-c", telling)) as decoder:
        list(decoder.decode(requests(tmp_path, [b"x"])))
    assert "do not tell" not in (tmp_path / "0").read_text()
    assert "PYTHONPATH" in (tmp_path / "0").read_text()

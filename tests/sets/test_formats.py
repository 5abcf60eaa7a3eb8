"""Every export format keeps what all formats promise, whatever a picture or a class is called."""

import csv
import hashlib
import io
import json
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from torchvision import datasets as torchvision_datasets

from annotate.codecs import CODECS
from annotate.datasets import format as contract
from annotate.datasets.archive import FolderSink, ZipSink, check_path
from annotate.datasets.formats import FORMATS
from annotate.datasets.safe_names import LIMIT, class_folders, folded, safe_name
from annotate.datasets.tables import csv_chunks, plain, safe
from annotate.manifest.read import Version, open_version
from annotate.manifest.schema import ClassEntry, Label, ManifestFields, Record, VoteRow
from annotate.manifest.write import write_version
from tests.make_boxes import box_version
from tests.make_version import draw_picture

NAMES = (
    "=cmd|'/c calc'!A1.png",
    "../../etc/passwd",
    "..\\..\\evil.png",
    "caf\u00e9.png",
    "cafe\u0301.png",
    "same.png",
    "same.png",
    "SAME.PNG",
    "con.png",
    ".hidden",
    "'quoted.png",
    'two\nlines, "quotes".png',
    "a" * 300 + ".png",
    "right\u202eto-left.png",
    "",
    "\u732b.png",
)
CLASSES = ("=1+1", "caf\u00e9", "cafe\u0301", "Cat", "cat", "..", "con", "never seen")
STATES = ("labeled",) * 6 + ("empty", "unresolved", "unlabeled", "labeled")
SPLITS = ("train", "train", "train", "train", "val", "holdout", "train", "holdout", "train", "")


def odd_version(folder: Path) -> Version:
    """Sixty pictures under odd names, in every state and split, of classes under odd names; the last has none."""
    entries = tuple(ClassEntry(n, 70 - n, f"key{n}", name, "what it is") for n, name in enumerate(CLASSES))
    contents = {}
    plan = []
    for number in range(60):
        content = draw_picture(number % 5, seed=number, size=16)
        digest = hashlib.sha256(content).hexdigest()
        contents[digest] = content
        plan.append((digest, number))
    records, votes = [], []
    for digest, number in sorted(plan):
        state, split = STATES[number % 10], SPLITS[number % 10]
        concept = 70 - number // 10 % 7
        value: dict[str, Any] = {"nothing": True} if state == "empty" else {"choice": [concept]}
        key = "nothing" if state == "empty" else str(concept)
        share = 1.0 if number % 4 else 0.75
        belief = {key: share} if share == 1.0 else {key: share, "64" if key != "64" else "65": 0.25}
        label = Label("choice", value, share, belief, votes=2, agreement=share, counts={key: 2}, gold=number == 0)
        settled = state in ("labeled", "empty")
        records.append(
            Record(
                digest=digest,
                path=f"images/{digest[:2]}/{digest}.png",
                width=16,
                height=16,
                split=split,
                group=f"g{number // 2}",
                source="@source",
                licence="-CC0",
                author="+nobody",
                name=NAMES[number % len(NAMES)],
                state=state,
                chosen_by="entropy" if number % 3 else "random",
                labels=(label,) if settled else (),
                votes=(len(votes), len(votes) + 1) if settled else (),
            )
        )
        if settled:
            votes += [VoteRow(digest, f"p{who}", 1, value, "2025-01-01T00:00:00Z", source="=s") for who in (1, 2)]
            votes[-1] = replace(votes[-1], counted=False, extra={"gold": True})
    head = ManifestFields(
        project="odd", kind="choice", classes=entries, extra={"excluded": {"holdout": {"deleted": 2, "excluded": 1}}}
    )
    write_version(folder, head, records=records, votes=votes, open_image=lambda one: io.BytesIO(contents[one.digest]))
    return open_version(folder)


def odd_version_for(folder: Path, name: str) -> Version:
    """Odd pictures of a kind of label that the format can hold."""
    if FORMATS[name].accepts("choice"):
        return odd_version(folder)
    return box_version(folder, names=NAMES, classes=CLASSES)


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Version]:
    """By the format that can hold it."""
    made = {True: odd_version(tmp_path_factory.mktemp("odd") / "v")}
    made[False] = odd_version_for(tmp_path_factory.mktemp("boxes") / "v", "coco")
    return {name: made[form.accepts("choice")] for name, form in FORMATS.items()}


@pytest.fixture
def version(request: pytest.FixtureRequest, versions: dict[str, Version]) -> Version:
    """For the format that a test is run for; of classes where it is none of them."""
    given = request.node.callspec.params if hasattr(request.node, "callspec") else {}
    return versions[given.get("name", "native")]


def zipped(version: Version, name: str, **options: Any) -> tuple[bytes, dict[str, Any]]:
    out = io.BytesIO()
    with ZipSink(out) as sink:
        report = contract.write_export(version, FORMATS[name], sink, options=options)
    return out.getvalue(), report


def unpacked(version: Version, name: str, folder: Path, **options: Any) -> dict[str, Any]:
    return contract.write_export(version, FORMATS[name], FolderSink(folder), options=options)


def extremes(name: str) -> list[dict[str, Any]]:
    """The defaults, and every option at its last choice."""
    return [{}, {option.name: option.choices[-1] for option in FORMATS[name].options}]


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


each_format = pytest.mark.parametrize("name", FORMATS)


@each_format
def test_it_says_what_it_is(name: str) -> None:
    form = FORMATS[name]
    assert form.name == name
    assert form.title
    assert len(form.sample) == 3
    assert form.accepts("choice") or form.accepts("box")
    assert form.accepts("choice") == (name not in CODECS)
    for option in form.options:
        assert option.default in option.choices
        assert option.help


@each_format
def test_twice_gives_the_same_bytes(version: Version, name: str) -> None:
    for options in extremes(name):
        first, report = zipped(version, name, **options)
        assert (first, report) == zipped(version, name, **options)


@each_format
def test_paths_are_safe_unique_and_the_same_in_a_folder(version: Version, name: str, tmp_path: Path) -> None:
    for number, options in enumerate(extremes(name)):
        content, _ = zipped(version, name, **options)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert archive.testzip() is None
            members = archive.namelist()
            infos = archive.infolist()
        assert len({folded(path) for path in members}) == len(members)
        assert all(check_path(path) == path for path in members)
        assert {info.date_time for info in infos} == {(1980, 1, 1, 0, 0, 0)}
        assert members[-1] == "LOSSES.json"
        folder = tmp_path / str(number)
        unpacked(version, name, folder, **options)
        assert sorted(members) == sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.*"))


@each_format
def test_the_losses_add_up(version: Version, name: str) -> None:
    for options in extremes(name):
        content, report = zipped(version, name, **options)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert json.loads(archive.read("LOSSES.json")) == report
        lost = {key: entry["count"] for key, entry in report["lost"].items()}
        assert lost.get("excluded", 0) == (0 if name == "native" else 3)  # the manifest itself tells of them
        left = sum(lost.get(key, 0) for key in ("unlabeled", "unresolved", "empty", "left_out", "only_crowds"))
        assert report["pictures"]["written"] + left == report["pictures"]["in_version"] == 60
        assert all(entry["what"] for entry in report["lost"].values())


@each_format
def test_what_is_not_settled_stays_out_unless_asked_for(version: Version, name: str) -> None:
    if "include" not in {option.name for option in FORMATS[name].options}:
        assert zipped(version, name)[1]["pictures"]["written"] == 60
        return
    counts = Counter(record.state for record in version.records())
    for include, states in (("labeled", 1), ("settled", 2), ("all", 4)):
        lost = zipped(version, name, include=include)[1]["lost"]
        missing = ("labeled", "empty", "unresolved", "unlabeled")[states:]
        assert {state: counts[state] for state in missing} == {
            state: lost[state]["count"] for state in ("empty", "unresolved", "unlabeled") if state in lost
        }


@each_format
def test_steps_rise_to_what_was_written(version: Version, name: str) -> None:
    for options in extremes(name):
        steps: list[int] = []
        with ZipSink(io.BytesIO()) as sink:
            report = contract.write_export(version, FORMATS[name], sink, options=options, step=steps.append)
        assert steps == sorted(steps)
        assert steps[-1] == report["pictures"]["written"]


@each_format
def test_other_options_and_values_are_refused(version: Version, name: str) -> None:
    for given in ({"colour": "red"}, {"include": "some"}, {"votes": 1}, {"votes": "true"}):
        with pytest.raises(ValueError, match=r"has no option|is one of"):
            contract.chosen_options(FORMATS[name], given)


@each_format
def test_a_changed_picture_is_never_exported(tmp_path: Path, name: str) -> None:
    version = odd_version_for(tmp_path / "v", name)
    record = next(one for one in version.records() if one.state == "labeled" and one.split == "train")
    version.image_path(record).write_bytes(b"something else")
    with pytest.raises(ValueError, match="was changed"), ZipSink(io.BytesIO()) as sink:
        contract.write_export(version, FORMATS[name], sink, options=extremes(name)[1])


@each_format
def test_votes_leave_only_on_request(version: Version, name: str) -> None:
    if "votes" not in {option.name for option in FORMATS[name].options}:
        assert name == "native"  # keeps the whole table
        return
    content, report = zipped(version, name)
    votes = list(version.votes())
    assert report["lost"]["votes"]["count"] == len(votes)
    content, report = zipped(version, name, votes=True)
    assert "votes" not in report["lost"]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        rows = table(archive.read("votes.csv").decode())
    assert [(row["digest"], plain(row["person"]), json.loads(row["answer"]), plain(row["source"])) for row in rows] == [
        (vote.digest, vote.person, vote.answer, vote.source) for vote in votes
    ]
    blind = [(row["gold"], row["counted"]) for row in rows]
    assert blind == [("true", "false") if vote.extra.get("gold") else ("false", "true") for vote in votes]
    assert ("true", "false") in blind or version.manifest.project != "odd"
    assert {row["class"][:1] for row in rows} <= {"'", "c", "C", ".", ""}


def test_a_kind_that_a_format_cannot_hold_is_refused(tmp_path: Path) -> None:
    head = ManifestFields(project="x", kind="outline", classes=())
    write_version(tmp_path / "v", head, records=[], open_image=lambda one: io.BytesIO())
    version = open_version(tmp_path / "v")
    for name, form in FORMATS.items():
        if form.accepts("outline"):
            assert zipped(version, name)[1]["pictures"]["written"] == 0
        else:
            with pytest.raises(ValueError, match="cannot hold labels of kind outline"):
                zipped(version, name)
    assert [name for name, form in FORMATS.items() if form.accepts("outline")] == ["native"]


def test_native_comes_back_whole(version: Version, tmp_path: Path) -> None:
    unpacked(version, "native", tmp_path / "out")
    back = open_version(tmp_path / "out")
    back.verify()
    assert back.manifest == version.manifest
    assert list(back.records()) == list(version.records())
    assert list(back.votes()) == list(version.votes())


def test_native_refuses_rows_that_were_changed(version: Version, tmp_path: Path) -> None:
    unpacked(version, "native", tmp_path / "out")
    manifest = tmp_path / "out" / "manifest.json"
    manifest.write_text(manifest.read_text().replace(version.manifest.digest, "0" * 64))
    with pytest.raises(ValueError, match="are not those"):
        zipped(open_version(tmp_path / "out"), "native")


@pytest.mark.parametrize("include", ["labeled", "all"])
def test_torchvision_reads_every_split(version: Version, tmp_path: Path, include: str) -> None:
    unpacked(version, "imagefolder", tmp_path / "out", include=include)
    known = json.loads((tmp_path / "out" / "classes.json").read_text("utf-8"))
    ids = {entry["folder"]: entry["id"] for entry in known["classes"]}
    rows = table((tmp_path / "out" / "names.csv").read_text("utf-8"))
    names = {row["path"]: (row["digest"], plain(row["name"])) for row in rows}
    for split in ("train", "val", "holdout"):
        root = tmp_path / "out" / split
        found = torchvision_datasets.ImageFolder(str(root))
        assert found.classes == known["read_as"][split]
        read = {}
        for path, index in found.samples:
            digest, own = names[Path(path).relative_to(tmp_path / "out").as_posix()]
            assert hashlib.sha256(Path(path).read_bytes()).hexdigest() == digest
            read[digest] = (ids[found.classes[index]], own)
        assert read == {
            record.digest: (record.labels[0].value["choice"][0], record.name)
            for record in version.records(split)
            if record.state == "labeled"
        }
        picture, _ = found[0]
        assert picture.size == (16, 16)


def test_a_class_without_pictures_has_no_folder_and_is_told_of(version: Version, tmp_path: Path) -> None:
    report = unpacked(version, "imagefolder", tmp_path / "out")
    assert not [path for path in (tmp_path / "out").rglob("*") if path.is_dir() and not list(path.iterdir())]
    assert "never seen" in report["details"]["empty_classes"]["train"]
    folders = [entry["folder"] for entry in json.loads((tmp_path / "out" / "classes.json").read_text())["classes"]]
    assert folders[-1] == "never seen"
    assert report["lost"]["empty_classes"]["count"] == sum(map(len, report["details"]["empty_classes"].values()))


def test_pictures_without_a_class_never_lie_in_a_split(version: Version, tmp_path: Path) -> None:
    unpacked(version, "imagefolder", tmp_path / "out", include="all")
    counts = Counter(path.relative_to(tmp_path / "out").parts[:2] for path in (tmp_path / "out").rglob("*.png"))
    unsettled = {key[1]: number for key, number in counts.items() if key[0] == "without_class"}
    assert unsettled == {"empty": 6, "unresolved": 6, "unlabeled": 6}


def test_the_table_comes_back(version: Version, tmp_path: Path) -> None:
    unpacked(version, "csv", tmp_path / "out", include="all", pictures=True)
    with (tmp_path / "out" / "labels.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    records = list(version.records())
    assert [row["digest"] for row in rows] == [record.digest for record in records]
    entries = {entry.id: entry for entry in version.manifest.classes}
    for row, record in zip(rows, records, strict=True):
        for column in ("name", "group", "source", "licence", "author", "chosen_by"):
            assert plain(row[column]) == getattr(record, column)
        assert (row["split"], row["state"]) == (record.split, record.state)
        assert (tmp_path / "out" / row["file"]).read_bytes() == version.image_path(record).read_bytes()
        if not record.labels:
            assert row["class"] == row["confidence"] == ""
            continue
        label = record.labels[0]
        chosen = label.value.get("choice")
        assert plain(row["class"]) == (entries[chosen[0]].name if chosen else "")
        assert row["class_id"] == (str(chosen[0]) if chosen else "")
        assert float(row["confidence"]) == label.confidence
        assert float(row["agreement"]) == label.agreement
        assert json.loads(row["distribution"]) == label.distribution
        assert json.loads(row["counts"]) == label.counts
        assert (int(row["votes"]), row["gold"] == "true") == (label.votes, label.gold)


def test_no_cell_is_a_formula_and_every_cell_comes_back() -> None:
    cells = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "'", "'=1", "''", "", "plain", "\uff1d1", "\u732b"]
    text = b"".join(csv_chunks(["cell"], ([safe(cell)] for cell in cells))).decode()
    read = [row["cell"] for row in table(text)]
    assert [plain(cell) for cell in read] == cells
    assert not [cell for cell in read if cell[:1] in "=+-@\t\r\n\uff1d" and cell]


@pytest.mark.parametrize("path", ["", "/a", "../a", "a/../b", "a//b", "a\\b", "c:a", "a\nb", "./a", "a/"])
def test_a_path_that_leads_elsewhere_is_refused(path: str, tmp_path: Path) -> None:
    made: list[Callable[[], ZipSink | FolderSink]] = [
        lambda: ZipSink(io.BytesIO()),
        lambda: FolderSink(tmp_path / "out"),
    ]
    for make in made:
        with pytest.raises(ValueError, match="is no path of an export"):
            make().add(path, [b""])


def test_nothing_is_written_twice(tmp_path: Path) -> None:
    packed, folder = ZipSink(io.BytesIO()), FolderSink(tmp_path / "out")
    packed.add("a", [b"1"])
    folder.add("a", [b"1"])
    with pytest.raises(ValueError, match="twice"):
        packed.add("a", [b"2"])
    with pytest.raises(FileExistsError):
        folder.add("a", [b"2"])


def test_safe_names_of_classes_stay_apart() -> None:
    names = ["Cat", "cat", "CAT-1", "caf\u00e9", "cafe\u0301", "", "..", "/", "a" * 300, "a" * 301, "nul", "cat-0"]
    found = class_folders([ClassEntry(n, n + 1, f"k{n}", name) for n, name in enumerate(names)])
    assert len({folded(name) for name in found.values()}) == len(names)
    for name in found.values():
        assert check_path(name) == name
        assert name.strip(" .") == name
        assert len(name.encode()) <= LIMIT + 8
    assert found[4] != found[5]
    assert safe_name("dog") == "dog"

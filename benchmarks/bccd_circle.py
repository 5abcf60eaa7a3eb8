"""The circle for boxes on BCCD, over HTTP against a running Fovea: in, drawn, learned, proposed, out, and in again.

The whole set comes in through a staged delivery as gold, its own test list held out; a round freezes it, trains
`fcos_mobilenet_v2_tuned` from the weights named and scores it on the test list. COCO, VOC and YOLO exports of that
version are downloaded and brought into projects of their own, and every box is compared with the set's own files.

The full form also starts with bare pictures: an annotator at the desk draws the set's own boxes on the first hundred
pictures and on those of the holdout that come between, the detector proposes and chooses by entropy, the annotator
draws a hundred more, and the next round learns.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

from annotate.manifest.read import open_version
from benchmarks import turns
from benchmarks.bccd import EXPORTED, said_by
from benchmarks.conditions import say
from tests.stack import Stack, in_state, running, wait_for

Boxes = dict[str, list[list[Any]]]
PRESET, ARCHITECTURE = "fcos_mobilenet_v2_tuned", "fcos_mobilenet_v2"
FIRST, NEXT, PER_REQUEST = 100, 100, 10
SAME = 0.01  # pixels: what a box may move by through the precision of its format
MATCH = 0.5  # overlap from which a proposed box counts as the one that was drawn


def measure(arguments: argparse.Namespace, scratch: Path) -> dict[str, Any]:
    """What the set went through, counted after every step; an AssertionError where a box is lost or moved."""
    truth = said_by(arguments.bccd)
    classes = sorted({box[0] for boxes in truth.values() for box in boxes})
    boxes = sum(map(len, truth.values()))
    say(f"the set says {len(truth)} pictures, {boxes} boxes of {', '.join(classes)}")
    with running(scratch / "home", database=arguments.database) as stack:
        sets = Sets(stack, classes, arguments.weights)
        found: dict[str, Any] = {"images": len(truth), "boxes_in": boxes, **gold(sets, arguments.bccd, truth, scratch)}
        if arguments.full:
            found["rounds"] = rounds(sets, arguments.bccd, truth)
    return found


class Sets:
    """The admin, who makes a project of boxes for each way in."""

    def __init__(self, stack: Stack, classes: list[str], weights: Path) -> None:
        self.stack, self.classes, self.weights = stack, classes, weights
        self.admin = stack.person()

    def project(self, name: str, **settings: Any) -> str:
        """A new project that knows the weights; its root."""
        body = {"name": name, "kind": "box", "classes_text": "\n".join(self.classes), "redundancy": 1, **settings}
        return f"/api/projects/{self.admin.post('/api/projects', body)['id']}"

    def give_weights(self, root: str) -> None:
        """Uploads what the project's rounds start from."""
        form = {"architecture": ARCHITECTURE, "name": "ImageNet"}
        file = ("weights.safetensors", self.weights.read_bytes(), "application/octet-stream")
        self.admin.upload(f"{root}/weights", data=form, files=[("file", file)])

    def bring_in(self, root: str, archive: Path, *, labels_as: str) -> dict[str, Any]:
        """A staged delivery of a zip, looked at and committed as it is; what the look found."""
        batch = self.admin.post(f"{root}/batches", {"name": archive.name, "staged": True})
        address = f"{root}/batches/{batch['id']}"
        file = (archive.name, archive.read_bytes(), "application/zip")
        self.admin.upload(f"{address}/files", data={}, files=[("files", file)])
        self.admin.post(f"{address}/close")
        self._reach(address, "analysed")
        found: dict[str, Any] = self.admin.get(f"{address}/analysis")
        said = {"labels_as": labels_as, "take_splits": True}
        self.admin.post(f"{address}/commit", {**said, "source_name": "BCCD"} if labels_as != "none" else said)
        self._reach(address, "done")
        counts = self.admin.get(address)["counts"]
        assert counts["added"] == found["pictures"], (counts, found)
        return found

    def _reach(self, address: str, state: str) -> None:
        wait_for(lambda: self.admin.get(address)["state"] == state, f"a delivery that is {state}", seconds=1800)

    def frozen(self, version: dict[str, Any]) -> Boxes:
        """The boxes of a version folder by the stem of the picture's name."""
        opened = open_version(turns.folder_of(self.stack, version))
        names = {entry.id: entry.name for entry in opened.manifest.classes}
        found: Boxes = {}
        for record in opened.records():
            drawn = [one for label in record.labels for one in label.value.get("boxes", ())]
            found[Path(record.name).stem] = sorted([names[one["concept"]], *one["box"]] for one in drawn)
        return found

    def exported(self, root: str, version: dict[str, Any], form: str, place: Path) -> None:
        """An export of the version, downloaded to `place`."""
        made = self.admin.post(f"{root}/versions/{version['id']}/exports", {"format": form})
        address = f"{root}/exports/{made['id']}"
        wait_for(lambda: self.admin.get(address)["state"] == "ready", f"the {form} export", seconds=600)
        place.write_bytes(self.admin.call("GET", f"{address}/download").content)


def gold(sets: Sets, archive: Path, truth: Boxes, scratch: Path) -> dict[str, Any]:
    """The whole set as gold: learned, scored, out in three formats and in again."""
    seconds: dict[str, float] = {}
    root = sets.project("BCCD")
    sets.give_weights(root)

    def timed(step: str, do: Callable[[], Any]) -> Any:
        began = time.monotonic()
        done = do()
        seconds[step] = round(time.monotonic() - began, 1)
        say(f"{step}: {seconds[step]} s")
        return done

    seen = timed("import", lambda: sets.bring_in(root, archive, labels_as="gold"))
    assert (seen["pictures"], seen["boxes"]) == (len(truth), sum(map(len, truth.values()))), seen
    timed("labels", lambda: wait_for(lambda: in_state(sets.admin, root, "closed"), "the labels", seconds=900))
    row = timed("round", lambda: turns.turn(sets.admin, root, preset=PRESET, strategy="entropy"))
    version = turns.version_of(sets.admin, root, row)
    assert same(sets.frozen(version), truth), "boxes differ in the version"
    back = {}
    for form in EXPORTED:
        timed(f"export {form}", lambda form=form: sets.exported(root, version, form, scratch / f"{form}.zip"))
        back[form] = timed(f"back from {form}", lambda form=form: again(sets, scratch / f"{form}.zip", form, truth))
    return {
        "images_per_s": round(len(truth) / seconds["import"], 1), "boxes_out": back, "map50": row["accuracy"]["value"],
        "map50_low": row["accuracy"]["low"], "map50_high": row["accuracy"]["high"], "tested": row["accuracy"]["count"],
        "step_s": seconds,
    }  # fmt: skip


def again(sets: Sets, archive: Path, form: str, truth: Boxes) -> int:
    """An export brought into a project of its own and frozen there: the boxes, all of them where they were."""
    root = sets.project(f"BCCD from {form}")
    sets.bring_in(root, archive, labels_as="gold")
    wait_for(lambda: in_state(sets.admin, root, "closed"), "the labels", seconds=900)
    named = sets.frozen(turns.freeze(sets.admin, root))
    # An export adds the beginning of the digest to a picture's name, so that no two are called the same.
    found = {name.rpartition("-")[0]: boxes for name, boxes in named.items()}
    assert same(found, truth), f"boxes differ after coming back from {form}"
    return sum(map(len, found.values()))


def same(found: Boxes, truth: Boxes) -> bool:
    """Whether both hold the same boxes on the same pictures."""
    return found.keys() == truth.keys() and all(
        len(found[name]) == len(boxes)
        and all(
            one[0] == other[0] and max(abs(a - b) for a, b in zip(one[1:], other[1:], strict=True)) <= SAME
            for one, other in zip(found[name], boxes, strict=True)
        )
        for name, boxes in truth.items()
    )


def rounds(sets: Sets, archive: Path, truth: Boxes) -> list[dict[str, Any]]:
    """Drawn at the desk instead: a first round of pictures by chance, a second that the detector chose and pre-drew."""
    root = sets.project("BCCD drawn", show_proposals=True, order="random")
    sets.give_weights(root)
    sets.bring_in(root, archive, labels_as="none")
    annotator = Drawer(sets, root, truth)
    wait_for(lambda: in_state(sets.admin, root, "open"), "the questions", seconds=900)
    proposed = []
    for more in (FIRST, NEXT):
        goal = annotator.settled("train") + more
        annotator.draw(lambda goal=goal: annotator.settled("train") >= goal)
        proposed.append(annotator.proposals())
        turns.turn(sets.admin, root, preset=PRESET, strategy="entropy")
        sets.admin.patch(root, {"order": "entropy"})
    # Each round's detector was scored again on the newest version's holdout.
    learned = sorted(sets.admin.get(f"{root}/cycle")["rounds"], key=lambda row: row["number"])
    told = ("value", "low", "high", "count", "comparable")
    return [
        {**{key: row["accuracy"][key] for key in told}, "labels": row["labels_spent"], "proposed": offered}
        for row, offered in zip(learned, proposed, strict=True)
    ]


class Drawer:
    """An annotator who came by an invitation and draws the set's own boxes, whatever is proposed."""

    def __init__(self, sets: Sets, root: str, truth: Boxes) -> None:
        self.sets, self.root, self.truth = sets, root, truth
        self.person = turns.hire(sets.stack, sets.admin, root, username=uuid4().hex[:12], name="Annotator")
        guide = self.person.get(f"{root}/desk/guide")
        self.concepts = {entry["name"]: entry["concept_id"] for entry in guide["classes"]}
        images = sets.admin.everything(f"{root}/images", limit=200)
        self.names = {item["id"]: Path(item["name"]).stem for item in images}
        self.shown = self.right = self.wanted = 0

    def settled(self, split: str) -> int:
        return int(self.sets.admin.get(f"{self.root}/images/counts", state="closed", split=split)["count"])

    def draw(self, enough: Callable[[], bool]) -> None:
        """Takes and answers until it is enough; what is left in hand goes back."""
        tasks: list[dict[str, Any]] = []
        while not enough():
            votes = [self._vote(task) for task in tasks]
            reply = self.person.post(f"{self.root}/desk", {"votes": votes, "take": PER_REQUEST, "release": []})
            assert all(result["status"] == "stored" for result in reply["results"]), reply["results"]
            assert reply["tasks"], reply["reason"]
            tasks = reply["tasks"]
        release = [task["id"] for task in tasks]
        self.person.post(f"{self.root}/desk", {"votes": [], "take": 0, "release": release})

    def _vote(self, task: dict[str, Any]) -> dict[str, Any]:
        drawn = [
            {"concept": self.concepts[name], "box": box} for name, *box in self.truth[self.names[task["image"]["id"]]]
        ]
        proposal = task["proposal"]
        if proposal is not None:
            offered = proposal["answer"]["boxes"]
            self.shown += len(offered)
            self.wanted += len(drawn)
            self.right += matched(offered, drawn)
        return {
            "key": str(uuid4()), "task": task["id"], "asking": task["asking"],
            "answer": {"boxes": drawn} if drawn else {"nothing": True},
            "shown_proposal": proposal and proposal["id"],
        }  # fmt: skip

    def proposals(self) -> dict[str, Any]:
        """How many boxes were offered, and how many of them were already right."""
        return {
            "boxes": self.shown,
            "precision": round(self.right / self.shown, 3) if self.shown else None,
            "recall": round(self.right / self.wanted, 3) if self.wanted else None,
        }


def matched(offered: list[dict[str, Any]], drawn: list[dict[str, Any]]) -> int:
    """Offered boxes that lie on a drawn one of their class, each drawn box taken once, the surest first."""
    left, right = list(drawn), 0
    for one in sorted(offered, key=lambda box: -box["score"]):
        near = [box for box in left if box["concept"] == one["concept"] and overlap(box["box"], one["box"]) >= MATCH]
        if near:
            left.remove(max(near, key=lambda box: overlap(box["box"], one["box"])))
            right += 1
    return right


def overlap(one: list[float], other: list[float]) -> float:
    """Intersection over union."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    shared = max(0.0, width) * max(0.0, height)
    whole = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return shared / (whole - shared)

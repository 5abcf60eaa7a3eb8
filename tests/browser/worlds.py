"""What the manual's pictures show: the sample project as it lives on, and a harbour that is labeled with boxes.

Everything is made as people make it: by the commands and over HTTP, with answers that err as people do.
"""

import json
import random
import uuid
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from annotate.ingest.source import Item, Limits
from annotate.ingest.sources.drawn import Drawn
from tests.browser.harbour import CLASSES, Scene, scenes
from tests.browser.pages import PASSWORD
from tests.fault.circle import ended_run, freeze
from tests.stack import Person, Stack, wait_for

# Whose answers they are: how often each errs, cannot tell, and how long one picture takes, in thousandths of a second.
DESKS = {
    "north": ("North desk", 0.03, 0.02, 1500),
    "east": ("East desk", 0.06, 0.04, 2300),
    "south": ("South desk", 0.12, 0.03, 1100),
    "west": ("West desk", 0.3, 0.02, 700),
}
ROUNDS = {"preset": "teaching_cnn", "strategy": "margin"}
Answerer = Callable[[random.Random, dict[str, Any], float], dict[str, Any]]


@dataclass(frozen=True)
class Amount:
    """How much of it: enough to be looked at in a manual, or as little as shows the same pages."""

    shapes: int
    """Labeled drawings that the sample project gets on top of its own."""
    passes: int
    """Passes over the sample project."""
    rounds: int
    harbours: int
    """Pictures with known boxes, to train on."""
    box_passes: int
    box_pixels: int


MANUAL = Amount(shapes=400, passes=20, rounds=2, harbours=64, box_passes=24, box_pixels=224)
TEST = Amount(shapes=0, passes=1, rounds=0, harbours=12, box_passes=1, box_pixels=64)


@dataclass
class World:
    """The projects' numbers and what is in them; addresses are those of the pages."""

    stack: Stack
    admin: Person
    shapes: int
    harbour: int
    truth: dict[str, str]
    """The shape on each picture of the sample project, by file name."""
    scenes: dict[str, Scene]
    """What is on the harbour's pictures, by file name."""
    run: int
    evaluation: int
    detector: int
    detector_evaluation: int
    volunteers: str
    """An open link to the sample project."""
    delivery: Path
    """A COCO zip whose classes have other names than the harbour's."""


def make(stack: Stack, folder: Path, amount: Amount) -> World:
    """Both projects, from the first picture to an evaluated network; some minutes, or with `TEST` some seconds."""
    admin = stack.person()
    stack.manage("sample")
    shapes = admin.get("/api/projects")["items"][0]["id"]
    root = f"/api/projects/{shapes}"
    admin.patch(root, {"redundancy": 3, "votes_cap": 3, "show_proposals": True})
    wait_for(lambda: admin.get(f"{root}/images/counts", state="closed")["count"] > 200, "the labels")
    _mark_known(admin, root, 24)
    if amount.shapes:
        more = ("--labels", "gold", "--source", "drawing program")
        stack.manage("ingest", str(shapes), str(_more_shapes(folder / "shapes", amount.shapes)), *more)
        settled = 200 + 0.9 * amount.shapes
        wait_for(lambda: admin.get(f"{root}/images/counts", state="closed")["count"] > settled, "more labels")
    people = _people(stack, admin, root)
    truth = {item.name: item.label for item in _drawn()}
    truth |= {f"more-{item.name}": item.label for item in _drawn(f"drawn:{amount.shapes}:11")}
    _everybody(people, root, 45, _class_answers(admin, root, truth))
    run, evaluation = _trained(admin, root, "small_cnn_64", epochs=amount.passes, name="First look")
    for _ in range(amount.rounds):
        _round(admin, root)
        _everybody(people, root, 8, _class_answers(admin, root, truth))
    link = admin.post(f"{root}/volunteer-links", {"note": "The open day", "most": 200})["url"]
    harbour, drawn = _harbour(stack, admin, folder, amount)
    place = f"/api/projects/{harbour}"
    everybody = {name: person for name, person in people.items() if _joined(admin, place, person)}
    _everybody(everybody, place, 5, _box_answers(admin, place, drawn))
    boxes = {"epochs": amount.box_passes, "size": amount.box_pixels, "batch": 8, "threads": 0}
    detector, scores = _trained(admin, place, "fcos_mobilenet_v2", name="Boats and buoys", **boxes)
    return World(
        stack, admin, shapes, harbour, truth, drawn, run, evaluation, detector, scores, link.rpartition("/")[2],
        _delivery(folder / "north quay.zip"),
    )  # fmt: skip


def _drawn(place: str = "drawn:320:7") -> Iterable[Item]:
    entries = Drawn().read(place, Limits(picture_bytes=2**24, archive_bytes=2**30))
    return (entry for entry in entries if isinstance(entry, Item))


def _more_shapes(folder: Path, count: int) -> Path:
    """Other drawings than the sample's, in a folder for each shape."""
    for item in _drawn(f"drawn:{count}:11"):
        (folder / item.label).mkdir(parents=True, exist_ok=True)
        with item.open() as picture:
            (folder / item.label / f"more-{item.name}").write_bytes(picture.read())
    return folder


def _mark_known(admin: Person, root: str, count: int) -> None:
    settled = admin.get(f"{root}/images", state="closed", split="train", limit=count)["items"]
    admin.post(f"{root}/images/actions", {"action": "mark_gold", "ids": [one["id"] for one in settled]})


def _people(stack: Stack, admin: Person, root: str) -> dict[str, Person]:
    found = {}
    for username, (name, *_) in DESKS.items():
        admin.post("/api/accounts", {"username": username, "name": name, "password": PASSWORD})
        found[username] = stack.person(username, PASSWORD)
        _joined(admin, root, found[username])
    return found


def _joined(admin: Person, root: str, person: Person) -> bool:
    token = admin.post(f"{root}/invitations", {"role": "annotator", "uses": 1})["url"].rpartition("/")[2]
    person.post(f"/api/invitations/{token}")
    return True


def _everybody(people: dict[str, Person], root: str, each: int, answer: Answerer) -> None:
    """Everyone answers so many pictures, taking turns as people at their desks do."""
    for username, person in people.items():
        _, errs, cannot, usual = DESKS[username]
        tasks = person.post(f"{root}/desk", {"votes": [], "take": min(each, 50)})["tasks"]
        rng = random.Random(f"{username} {len(tasks)} {tasks[0]['id'] if tasks else 0}")
        votes = [
            {
                "key": str(uuid.uuid4()), "task": task["id"], "lease": task["lease"],
                "asking": task["asking"], "took_ms": round(usual * rng.uniform(0.6, 1.8)),
                "answer": {"pass": "cannot_tell"} if rng.random() < cannot else answer(rng, task, errs),
            }
            for task in tasks
        ]  # fmt: skip
        results = person.post(f"{root}/desk", {"votes": votes, "take": 0})["results"]
        assert {each["status"] for each in results} == {"stored"}, results


def _class_answers(admin: Person, root: str, truth: dict[str, str]) -> Answerer:
    names, classes = _names(admin, root), _classes(admin, root)

    def answer(rng: random.Random, task: dict[str, Any], errs: float) -> dict[str, Any]:
        right = truth[names[task["image"]["id"]]]
        wrong = rng.choice([name for name in classes if name != right])
        return {"choice": [classes[wrong if rng.random() < errs else right]]}

    return answer


def _box_answers(admin: Person, root: str, drawn: dict[str, Scene]) -> Answerer:
    names, classes = _names(admin, root), _classes(admin, root)

    def answer(rng: random.Random, task: dict[str, Any], errs: float) -> dict[str, Any]:
        boxes = []
        for name, *corners in drawn[names[task["image"]["id"]]].things:
            if rng.random() < errs:
                continue
            said = rng.choice(CLASSES[:2]) if name in CLASSES[:2] and rng.random() < errs else name
            boxes.append({"concept": classes[said], "box": _shaken(rng, corners, 0.03 + errs / 6)})
        return {"boxes": boxes} if boxes else {"nothing": True}

    return answer


def _shaken(rng: random.Random, corners: list[float], most: float) -> list[float]:
    """The same box as another hand draws it."""
    x0, y0, x1, y1 = corners
    wide, high = most * (x1 - x0), most * (y1 - y0)
    moved = [rng.uniform(-reach, reach) for reach in (wide, high, wide, high)]
    limits = (960, 640, 960, 640)
    return [
        round(min(max(at + by, 0), top), 1) for at, by, top in zip((x0, y0, x1, y1), moved, limits, strict=True)
    ]  # fmt: skip


def _names(admin: Person, root: str) -> dict[int, str]:
    return {one["id"]: Path(one["name"]).name for one in admin.everything(f"{root}/images", limit=200)}


def _classes(admin: Person, root: str) -> dict[str, int]:
    return {one["name"]: one["concept_id"] for one in admin.get(f"{root}/desk/guide")["classes"]}


def _trained(admin: Person, root: str, preset: str, *, name: str, **config: Any) -> tuple[int, int]:
    """A run on a fresh version, and its evaluation."""
    version = freeze(admin, root)
    body = {"version": version["id"], "preset": preset, "name": name, "config": {"seed": 1, **config}}
    run = ended_run(admin, root, admin.post(f"{root}/runs", body), seconds=1500)
    assert run["state"] == "finished", run
    scored = wait_for(lambda: admin.get(f"{root}/runs/{run['id']}")["evaluation"], "the evaluation", seconds=600)
    return run["id"], scored


def _round(admin: Person, root: str) -> None:
    admin.post(f"{root}/cycle/next", ROUNDS)

    def ended() -> bool:
        state = admin.get(f"{root}/cycle")["rounds"][0]["state"]
        assert state != "failed"
        return bool(state == "done")

    wait_for(ended, "the round", seconds=600)


def _harbour(stack: Stack, admin: Person, folder: Path, amount: Amount) -> tuple[int, dict[str, Scene]]:
    """A project for boxes: most pictures with known boxes, the others with a model's suggestions."""
    body = {
        "name": "Harbour", "kind": "box", "redundancy": 3, "holdout_share": 0.2, "licence": "CC0-1.0",
        "description": "Boats, buoys and gulls, drawn for the manual.",
        "classes_text": "sailing boat | has a mast and sails\nmotor boat | has a cabin and no sails\n"
        "buoy | floats and is moored, with a light on top\ngull | a bird in the air",
    }  # fmt: skip
    project = int(admin.post("/api/projects", body)["id"])
    root = f"/api/projects/{project}"
    admin.patch(
        root, {"show_proposals": True, "votes_cap": 3, "guide_text": "Draw a box round every boat, buoy and gull."}
    )
    drawn = list(scenes(amount.harbours + 16))
    known, asked = drawn[16:], drawn[:16]
    places = _write(folder / "known", known, "known"), _write(folder / "asked", asked, "quay", model=True)
    stack.manage("ingest", str(project), str(folder / "known"), "--labels", "gold", "--source", "harbour master")
    stack.manage("ingest", str(project), str(folder / "asked"), "--labels", "proposals", "--source", "first model")
    wait_for(lambda: admin.get(f"{root}/images/counts", state="closed")["count"] >= len(known) * 0.7, "known boxes")
    wait_for(lambda: admin.get(f"{root}/images/counts", state="open")["count"] >= 8, "open questions")
    return project, {name: scene for place in places for name, scene in place.items()}


def _write(folder: Path, drawn: list[Scene], word: str, *, model: bool = False) -> dict[str, Scene]:
    """Pictures with a COCO file; with `model` the boxes are a model's: shaken, with scores, one of them left out."""
    folder.mkdir(parents=True)
    rng = random.Random(word)
    annotations, names = [], {}
    for number, scene in enumerate(drawn):
        name = f"{word}-{number:03}.jpg"
        names[name] = scene
        scene.picture.save(folder / name, quality=92)
        for thing, *corners in scene.things[:-1] if model else scene.things:
            x0, y0, x1, y1 = _shaken(rng, corners, 0.05) if model else corners
            annotations.append(
                {"id": len(annotations) + 1, "image_id": number, "category_id": CLASSES.index(thing) + 1,
                 "bbox": [x0, y0, x1 - x0, y1 - y0], "area": (x1 - x0) * (y1 - y0), "iscrowd": 0}
            )  # fmt: skip
    (folder / "annotations.json").write_text(_coco(names, annotations, CLASSES))
    return names


def _coco(names: Iterable[str], annotations: list[dict[str, Any]], classes: Iterable[str]) -> str:
    pictures = [{"id": n, "file_name": name, "width": 960, "height": 640} for n, name in enumerate(names)]
    categories = [{"id": n, "name": name} for n, name in enumerate(classes, 1)]
    return json.dumps({"images": pictures, "annotations": annotations, "categories": categories})


def _delivery(place: Path) -> Path:
    """Six more harbours by somebody who calls things otherwise; one box lies beyond its picture."""
    folder = place.with_suffix("")
    names = _write(folder, list(scenes(6, seed=11)), "north")
    told = json.loads((folder / "annotations.json").read_text())
    told["categories"] = [{"id": n, "name": name} for n, name in enumerate(("yacht", "launch", "buoy", "bird"), 1)]
    told["annotations"][3]["bbox"] = [900, 500, 300, 200]
    with zipfile.ZipFile(place, "w") as archive:
        for name in names:
            archive.write(folder / name, f"north quay/{name}")
        archive.writestr("north quay/annotations.json", json.dumps(told))
    return place

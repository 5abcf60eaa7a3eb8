"""How good does the circle get? Pictures in, a replayed crowd through the real queue, freeze, train, choose, again.

`python -m benchmarks.cycle --cifar ZIP --votes NPZ` takes CIFAR-10 test pictures, whose real votes (Peterson et al.
2019) are given one after another, each once, by accounts that speak HTTP to a running Fovea: 1,000 labels at random,
then 500 that the network chose and 500 at random, so 2,000 in all. Each arm is trained on the first thousand and its
own five hundred. Networks are scored on the pictures that the project itself held out, against `label`, which nobody
in the circle has seen. `--full` brings the 50,000 training pictures in with their own labels, for three seeds.

`--bccd ZIP --weights FILE` is the same for boxes: see `benchmarks.bccd_circle`.
"""

import argparse
import json
import tempfile
import time
import uuid
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from annotate.manifest import read
from benchmarks import bccd_circle, turns
from benchmarks.cifar import CLASSES, Crowd, TestSet, read_test_set
from benchmarks.conditions import conditions, report, say
from benchmarks.networks import keep_labels, score
from tests.stack import Person, Stack, running, wait_for

BARS = {"teaching_cnn": 0.38, "small_cnn_64": 0.48}
FULL_BARS = {"teaching_cnn": 0.64, "small_cnn_64": 0.72}
ROUND_ONE, PER_ARM, PER_REQUEST = 1000, 500, 20


class Circle:
    """One project on a running Fovea, the admin who runs it and the crowd that answers."""

    def __init__(self, stack: Stack, tests: TestSet, *, seed: int, holdout: float, people: int) -> None:
        self.tests, self.crowd, self.seed = tests, Crowd(tests.counts, seed), seed
        self.admin = stack.person()
        settings = {"redundancy": 3, "votes_cap": 3, "holdout_share": holdout, "order": "random"}
        made = self.admin.post("/api/projects", {"name": "CIFAR-10H", "classes_text": "\n".join(CLASSES), **settings})
        self.root = f"/api/projects/{made['id']}"
        self.people = [
            turns.hire(stack, self.admin, self.root, username=f"crowd{number:02}", name=f"Crowd {number:02}")
            for number in range(people)
        ]
        guide = self.people[0].get(f"{self.root}/desk/guide")
        self.concepts = {CLASSES.index(entry["name"]): entry["concept_id"] for entry in guide["classes"]}
        self.places: dict[int, int] = {}
        self.votes_given = 0

    def bring_in(self, pictures: list[tuple[str, bytes]]) -> None:
        """Sends pictures as the import page does, and waits until all are in."""
        batch = self.admin.post(f"{self.root}/batches", {"name": "CIFAR-10", "labels_as": "none", "source_name": ""})
        address = f"{self.root}/batches/{batch['id']}"
        for start in range(0, len(pictures), PER_REQUEST):
            part = pictures[start : start + PER_REQUEST]
            files = [("files", (name, content, "image/jpeg")) for name, content in part]
            self.admin.upload(f"{address}/files", data={"paths": json.dumps([name for name, _ in part])}, files=files)
        self.admin.post(f"{address}/close")
        wait_for(lambda: self.admin.get(address)["state"] == "done", "the ingest", seconds=1800, every=1)
        for item in self.admin.everything(f"{self.root}/images", limit=200):
            self.places[item["id"]] = self.tests.place_of(item["name"])
        counts = self.admin.get(address)["counts"]
        assert counts["added"] + counts["duplicate"] == len(pictures), counts

    def settled(self) -> int:
        """Training pictures whose question is closed."""
        return int(self.admin.get(f"{self.root}/images/counts", state="closed", split="train")["count"])

    def label_until(self, wanted: int) -> None:
        """The crowd takes and answers, person after person, until `wanted` training pictures are settled."""
        in_hand: dict[int, list[dict[str, Any]]] = {number: [] for number in range(len(self.people))}
        while (settled := self.settled()) < wanted:
            take = max(1, min(PER_REQUEST, (wanted - settled) * 3 // len(self.people)))
            for number, person in enumerate(self.people):
                in_hand[number] = self._answer(person, in_hand[number], take)
            say(f"  {self.votes_given} votes given, {settled} training pictures settled")
        for number, person in enumerate(self.people):
            release = [task["id"] for task in in_hand[number]]
            person.post(f"{self.root}/desk", {"votes": [], "take": 0, "release": release})

    def _answer(self, person: Person, tasks: list[dict[str, Any]], take: int) -> list[dict[str, Any]]:
        votes = [
            {
                "key": str(uuid.uuid4()),
                "task": task["id"],
                "asking": task["asking"],
                "answer": {"choice": [self.concepts[self.crowd.next_vote(self.places[task["image"]["id"]])]]},
            }
            for task in tasks
        ]
        reply = person.post(f"{self.root}/desk", {"votes": votes, "take": take, "release": []})
        assert all(result["status"] == "stored" for result in reply["results"]), reply["results"]
        self.votes_given += len(votes)
        return list(reply["tasks"])

    def turn(self, strategy: str) -> dict[str, Any]:
        """One press of "next round", until it has chosen."""
        self.admin.patch(self.root, {"order": strategy})
        return turns.turn(self.admin, self.root, preset="small_cnn_64", strategy=strategy)

    def learned_from(self, stack: Stack, row: dict[str, Any]) -> Path:
        """The folder of the version that a round learned from."""
        return turns.folder_of(stack, turns.version_of(self.admin, self.root, row))


def labeled(version: Path) -> set[str]:
    """Training pictures with an answer, by digest."""
    records = read.open_version(version).records()
    return {row.digest for row in records if row.state == "labeled" and row.split in {"train", "val"}}


def crowd_accuracy(version: Path, truth: Callable[[str], int]) -> dict[str, float]:
    """The frozen labels and plurality on the same votes (ties shared out), both against `truth`."""
    opened = read.open_version(version)
    places = {entry.id: CLASSES.index(entry.name) for entry in opened.manifest.classes}
    said: dict[str, np.ndarray] = {}
    for row in opened.votes():
        if row.counted and "choice" in row.answer:
            said.setdefault(row.digest, np.zeros(10, int))[places[row.answer["choice"][0]]] += 1
    ours, plural, votes = [], [], []
    for record in opened.records():
        if record.state == "labeled":
            right, counts = truth(record.name), said[record.digest]
            leaders = np.flatnonzero(counts == counts.max())
            ours.append(places[record.labels[0].value["choice"][0]] == right)
            plural.append(float(right in leaders) / len(leaders))
            votes.append(int(counts.sum()))
    return {
        "label_accuracy": float(np.mean(ours)),
        "plurality_accuracy": float(np.mean(plural)),
        "votes_per_image": float(np.mean(votes)),
        "images": len(ours),
    }


def quick(arguments: argparse.Namespace, scratch: Path) -> dict[str, Any]:
    """Two thousand labels over two arms, on a Fovea of its own."""
    tests, seed = read_test_set(arguments.cifar, arguments.votes), arguments.seed
    chosen = np.random.default_rng(seed).permutation(len(tests.names))[: arguments.pictures]
    with zipfile.ZipFile(arguments.cifar) as archive:
        pictures = [(tests.names[place], archive.read(tests.names[place])) for place in chosen]
    with running(scratch / "home", database=arguments.database) as stack:
        circle = Circle(stack, tests, seed=seed, holdout=arguments.holdout, people=arguments.people)
        began = time.monotonic()
        circle.bring_in(pictures)
        ingested = time.monotonic() - began
        say(f"{len(pictures)} pictures in after {ingested:.0f} s")
        circle.label_until(ROUND_ONE)
        first = circle.turn(arguments.strategy)
        base = labeled(circle.learned_from(stack, first))
        circle.label_until(circle.settled() + PER_ARM)
        second = circle.turn("random")
        by_model = labeled(circle.learned_from(stack, second)) - base
        circle.label_until(circle.settled() + PER_ARM)
        whole = turns.folder_of(stack, turns.freeze(circle.admin, circle.root))
        at_random = labeled(whole) - base - by_model
        rounds = score_arms(whole, scratch, tests, seed, base=base, by_model=by_model, at_random=at_random)
        crowd = crowd_accuracy(whole, tests.truth_of)
    spent = {"labeled": len(base | by_model | at_random), "votes_given": circle.votes_given}
    return {**spent, **crowd, "ingest_s": round(ingested, 1), "rounds": rounds, "bars": bars_met(rounds, BARS)}


def full(arguments: argparse.Namespace, scratch: Path) -> dict[str, Any]:
    """Every training picture with its own label, through ingest and freeze; both networks, several seeds."""
    tests = read_test_set(arguments.cifar, arguments.votes)
    with running(scratch / "home", database=arguments.database) as stack:
        admin = stack.person()
        made = admin.post("/api/projects", {"name": "CIFAR-10", "classes_text": "\n".join(CLASSES), "redundancy": 1})
        stack.manage("ingest", str(made["id"]), str(arguments.cifar), "--labels", "gold", "--source", "CIFAR-10")
        root = f"/api/projects/{made['id']}"

        def all_taken() -> bool:
            """Filtered counts end at a bound, so the project's own totals are asked."""
            found = admin.get(f"{root}/images/counts")["facets"]
            asked = found["images"] - found["splits"].get("none", 0)
            return bool(found["states"].get("closed", 0) == asked > 0)

        wait_for(all_taken, "the labels", seconds=3600, every=5)
        say("labels taken")
        whole = turns.folder_of(stack, turns.freeze(admin, root, note="all labels"))
        of_training = {row.digest for row in read.open_version(whole).records() if row.split in {"train", "val"}}
        assert labeled(whole) == of_training, "every training picture has its label"
        rounds = []
        for seed in range(arguments.seeds):
            for architecture in FULL_BARS:
                scored = score(whole, scratch / "scored", architecture, truth=tests.truth_of, seed=seed)
                rounds.append({**scored, "arm": "own labels", "labels": len(labeled(whole))})
                say(f"seed {seed}, {architecture}: {scored['test_accuracy']:.1%}")
    return {"labeled": len(labeled(whole)), "rounds": rounds, "bars": bars_met(rounds, FULL_BARS)}


def bars_met(rounds: list[dict[str, Any]], bars: dict[str, float]) -> dict[str, bool]:
    """Whether the rounds on most labels reach what is expected of each network."""
    most = max(row["labels"] for row in rounds)
    return {
        name: bool(
            np.mean([row["test_accuracy"] for row in rounds if (row["architecture"], row["labels"]) == (name, most)])
            >= bar
        )
        for name, bar in bars.items()
    }


def score_arms(
    whole: Path,
    scratch: Path,
    tests: TestSet,
    seed: int,
    *,
    base: set[str],
    by_model: set[str],
    at_random: set[str],
) -> list[dict[str, Any]]:
    """Both networks on the first thousand, on each arm at equal labels, and on everything."""
    equal = min(len(by_model), len(at_random))
    draw = np.random.default_rng(seed)
    arms = {
        "first": base,
        "model": base | set(draw.permutation(sorted(by_model))[:equal]),
        "random": base | set(draw.permutation(sorted(at_random))[:equal]),
        "all": base | by_model | at_random,
    }
    rounds = []
    for arm, digests in arms.items():
        version = keep_labels(whole, scratch / f"arm-{arm}", digests)
        for architecture in BARS:
            scored = score(version, scratch / "scored" / arm, architecture, truth=tests.truth_of, seed=seed)
            rounds.append({**scored, "arm": arm, "labels": len(digests)})
            say(f"{arm} ({len(digests)} labels), {architecture}: {scored['test_accuracy']:.1%}")
    return rounds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cifar", type=Path, help="cifar10.zip: {train,test}/<class>/*.jpg")
    parser.add_argument("--votes", type=Path, help="cifar10h.npz: counts, label")
    parser.add_argument("--bccd", type=Path, help="bccd.zip: blood cells in boxes, Pascal VOC")
    parser.add_argument("--weights", type=Path, help="safetensors of an ImageNet MobileNetV2, for the boxes' detector")
    parser.add_argument("--quick", action="store_true", help="one seed, 2,000 labels in all over both arms (default)")
    parser.add_argument("--full", action="store_true", help="all pictures, three seeds; boxes drawn round by round too")
    parser.add_argument("--seeds", type=int, default=3, help="seeds of the full form")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--pictures", type=int, default=6000)
    parser.add_argument("--holdout", type=float, default=0.25)
    parser.add_argument("--people", type=int, default=12)
    parser.add_argument("--strategy", default="margin", choices=("entropy", "margin"))
    parser.add_argument("--database", default="", help="postgres://... ; empty is SQLite")
    arguments = parser.parse_args()
    if bool(arguments.cifar) != bool(arguments.votes) or not (arguments.cifar or arguments.bccd):
        parser.error("name --cifar with --votes, or --bccd, or all of them")
    result: dict[str, Any] = {"benchmark": "cycle", "quick": not arguments.full}
    with tempfile.TemporaryDirectory(prefix="fovea-cycle-") as folder:
        scratch = Path(folder)
        if arguments.bccd:
            result["bccd"] = bccd_circle.measure(arguments, scratch / "bccd")
        if arguments.cifar:
            result["cifar"] = full(arguments, scratch) if arguments.full else quick(arguments, scratch)
    files = {"cifar", "votes", "bccd", "weights"}
    chosen = {name: str(value) for name, value in vars(arguments).items() if name not in files}
    report({**result, "conditions": conditions(**chosen)})


if __name__ == "__main__":
    main()

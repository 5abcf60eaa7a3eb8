"""A project: pictures in, answers, versions out, runs, evaluations, rounds."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

from fovea_client import shapes, upload
from fovea_client.errors import Damaged, Failed
from fovea_client.upload import Sending
from fovea_client.wire import Wire

LabelsAs = Literal["none", "votes", "gold", "proposals"]
JOB_ENDS = frozenset({"done", "failed", "cancelled"})
RUN_ENDS = frozenset({"finished", "failed", "stopped"})


class Project:
    """One project by its number. `every` is how many seconds lie between two looks at something that takes long."""

    def __init__(self, wire: Wire, pid: int, *, every: float = 1.0) -> None:
        self.wire, self.id, self.every = wire, pid, every
        self.root = f"/api/projects/{pid}"

    def get(self) -> shapes.ProjectShape:
        row: shapes.ProjectShape = self.wire.ask("GET", self.root)
        return row

    def change(self, **settings: Any) -> shapes.ProjectShape:
        row: shapes.ProjectShape = self.wire.ask("PATCH", self.root, body=settings)
        return row

    def classes(self) -> list[shapes.ClassShape]:
        rows: list[shapes.ClassShape] = self.wire.ask("GET", f"{self.root}/classes")
        return rows

    def add_classes(self, classes: Sequence[str]) -> list[shapes.ClassShape]:
        """Adds classes, each `name` or `name | definition`; all of the project's afterwards."""
        body = {"text": "\n".join(classes)}
        rows: list[shapes.ClassShape] = self.wire.ask("POST", f"{self.root}/classes", body=body)
        return rows

    def upload(
        self,
        place: str | Path,
        *,
        labels_as: LabelsAs = "none",
        source_name: str = "",
        name: str = "",
        progress: Callable[[Sending | shapes.JobBar], None] | None = None,
        wait: bool = True,
    ) -> shapes.BatchShape:
        """Brings a picture, a zip or a folder in; the delivery, finished unless `wait` is off.

        Called again after it broke off it goes on: an open delivery of the same `name` (the folder's by itself) is
        taken up, and what it has is not sent again. With `labels_as`, names of folders are labels.
        """
        found = upload.files_in(Path(place))
        name = name or Path(place).resolve().name
        batch = self._open_batch(name, labels_as, source_name)
        address = f"{self.root}/batches/{batch['id']}"
        upload.send(self.wire, address, found, progress=progress)
        closed: shapes.BatchShape = self.wire.ask("POST", f"{address}/close", body={}, again=True)
        if wait and closed["job"]:
            self.wait(closed["job"]["id"], progress=progress)
        row: shapes.BatchShape = self.wire.ask("GET", address)
        return row

    def _open_batch(self, name: str, labels_as: str, source_name: str) -> shapes.BatchShape:
        address = f"{self.root}/batches"
        for row in self.wire.items(address):
            if row["state"] == "open" and row["name"] == name and row["labels_as"] == labels_as:
                found: shapes.BatchShape = row
                return found
        body = {"name": name, "labels_as": labels_as, "source_name": source_name}
        made: shapes.BatchShape = self.wire.ask("POST", address, body=body)
        return made

    def refused(self, batch: int) -> Iterator[shapes.FileShape]:
        """The files of a delivery that were not taken, each with its reason."""
        return self.wire.items(f"{self.root}/batches/{batch}/files", {"state": "refused"})

    def job(self, jid: int) -> shapes.JobBar:
        row: shapes.JobBar = self.wire.ask("GET", f"{self.root}/jobs/{jid}")
        return row

    def wait(self, jid: int, *, progress: Callable[[shapes.JobBar], None] | None = None) -> shapes.JobBar:
        """The job once it is done, told of at each look. Failed where it fails or is cancelled."""
        while True:
            row = self.job(jid)
            if progress:
                progress(row)
            if row["state"] in JOB_ENDS:
                break
            self.wire.pause(self.every)
        if row["state"] != "done":
            raise Failed(
                f"job_{row['state']}", row["message"] or f"The job “{row['title']}” is {row['state']}.", {**row}
            )
        return row

    def images(self, **filters: Any) -> Iterator[shapes.Tile]:
        """Pictures, by the data page's filters: state, split, problem, agreement, name; `concept` for the class."""
        query = {"class" if name == "concept" else name: value for name, value in filters.items()}
        return self.wire.items(f"{self.root}/images", query)

    def count_images(self, **filters: Any) -> int:
        query = {"class" if name == "concept" else name: value for name, value in filters.items()}
        return int(self.wire.ask("GET", f"{self.root}/images/counts", query=query)["count"])

    def take(self, number: int = 10) -> list[shapes.DeskTask]:
        """Questions for whom the token is of, leased for some minutes."""
        tasks: list[shapes.DeskTask] = self._desk({"votes": [], "take": number})["tasks"]
        return tasks

    def answer(
        self, answers: Mapping[int, Mapping[str, Any]], tasks: Sequence[shapes.DeskTask]
    ) -> list[shapes.DeskResult]:
        """Answers by the id of their task: `{"choice": [concept id]}`, `{"nothing": True}` ...; one result for each.

        Each answer gets a key of its own here, so it is stored once however often the request has to be sent.
        """
        votes = [
            {"key": str(uuid4()), "task": task["id"], "asking": task["asking"], "answer": answers[task["id"]]}
            for task in tasks
            if task["id"] in answers
        ]
        results: list[shapes.DeskResult] = self._desk({"votes": votes, "take": 0})["results"]
        return results

    def _desk(self, body: dict[str, Any]) -> Any:
        return self.wire.ask("POST", f"{self.root}/desk", body=body, again=True)

    def versions(self) -> Iterator[shapes.VersionShape]:
        return self.wire.items(f"{self.root}/versions")

    def freeze(self, note: str = "", *, progress: Callable[[shapes.JobBar], None] | None = None) -> shapes.VersionShape:
        """Freezes what is answered now; the version once it is ready."""
        made: shapes.VersionShape = self.wire.ask("POST", f"{self.root}/versions", body={"note": note})
        ready: shapes.VersionShape = self._ready(f"{self.root}/versions/{made['id']}", progress)
        return ready

    def _ready(self, address: str, progress: Callable[[shapes.JobBar], None] | None) -> Any:
        """A version or an export once its file is there."""
        while True:
            row = self.wire.ask("GET", address)
            if progress and row["job"]:
                progress(row["job"])
            if row["state"] == "ready":
                return row
            if row["state"] == "failed":
                raise Failed("not_ready", (row["job"] or {}).get("message") or "It could not be written.", row)
            self.wire.pause(self.every)

    def download(
        self,
        version: int,
        form: str,
        target: str | Path,
        *,
        progress: Callable[[shapes.JobBar], None] | None = None,
        **options: Any,
    ) -> Path:
        """A version by its id as a zip in one of the project's formats, at `target`.

        Written beside it and renamed once its SHA-256 is what the server says; else Damaged, and nothing is there.
        """
        address = f"{self.root}/versions/{version}/exports"
        made = self.wire.ask("POST", address, body={"format": form, "options": options}, again=True)
        export = self._ready(f"{self.root}/exports/{made['id']}", progress)
        target = Path(target)
        part = target.with_name(target.name + ".part")
        seal = hashlib.sha256()
        with part.open("wb") as out:
            for chunk in self.wire.stream(f"{self.root}/exports/{export['id']}/download"):
                seal.update(chunk)
                out.write(chunk)
        if seal.hexdigest() != export["digest"]:
            part.unlink()
            raise Damaged(
                "damaged", f"{target.name} did not arrive as it was sent; try again.", {"export": export["id"]}
            )
        return part.replace(target)

    def formats(self) -> list[shapes.FormatShape]:
        rows: list[shapes.FormatShape] = self.wire.ask("GET", f"{self.root}/formats")
        return rows

    def start_run(
        self, version: int, *, preset: str = "", config: Mapping[str, Any] | None = None, name: str = ""
    ) -> shapes.RunShape:
        """A training on a version by its id: a preset, options of one's own, or a preset with some replaced."""
        body = {"version": version, "preset": preset, "name": name, **({"config": config} if config else {})}
        row: shapes.RunShape = self.wire.ask("POST", f"{self.root}/runs", body=body)
        return row

    def run(self, rid: int) -> shapes.RunShape:
        row: shapes.RunShape = self.wire.ask("GET", f"{self.root}/runs/{rid}")
        return row

    def runs(self) -> Iterator[shapes.RunShape]:
        return self.wire.items(f"{self.root}/runs")

    def stop_run(self, rid: int) -> shapes.RunShape:
        row: shapes.RunShape = self.wire.ask("POST", f"{self.root}/runs/{rid}/stop", body={})
        return row

    def follow(self, rid: int) -> Iterator[dict[str, Any]]:
        """A run's lines (`event` is start, step, epoch, end ...) as they come, until it ends. Failed where it fails.

        A run that is taken up again begins a new file of lines: those are told anew.
        """
        cursor = 0
        while True:
            state = self.run(rid)["state"]
            page: shapes.Metrics = self.wire.ask("GET", f"{self.root}/runs/{rid}/metrics", query={"after": cursor})
            cursor = page["next"]
            yield from page["lines"]
            if not page["lines"]:
                if state in RUN_ENDS:
                    break
                self.wire.pause(self.every)
        row = self.run(rid)
        if row["state"] == "failed":
            raise Failed("run_failed", row["error"]["message"] if row["error"] else "The run failed.", {**row})

    def evaluation(self, run: int, *, wait: bool = True) -> shapes.EvaluationDetail:
        """How good a finished run's model is on the holdout of the version that it learned from."""
        while True:
            eid = self.run(run)["evaluation"]
            row = self.wire.ask("GET", f"{self.root}/evaluations/{eid}") if eid is not None else None
            if row is not None and (row["state"] == "ready" or not wait):
                found: shapes.EvaluationDetail = row
                return found
            if row is not None and row["state"] == "failed":
                raise Failed("evaluation_failed", row["error"]["message"] if row["error"] else "It failed.", row)
            self.wire.pause(self.every)

    def cycle(self) -> shapes.CycleShape:
        row: shapes.CycleShape = self.wire.ask("GET", f"{self.root}/cycle")
        return row

    def next_round(self, *, preset: str = "", strategy: str = "") -> shapes.RoundShape:
        """Begins the next round: freeze, train, evaluate, choose what is asked next."""
        row: shapes.RoundShape = self.wire.ask(
            "POST", f"{self.root}/cycle/next", body={"preset": preset, "strategy": strategy}
        )
        return row

"""Files of a folder into a delivery: in small parcels, and going on where an earlier try has stopped."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from fovea_client.shapes import FileResult
from fovea_client.wire import Wire

MOST_FILES, MOST_BYTES = 20, 16 * 2**20
Found = list[tuple[str, Path]]


@dataclass
class Sending:
    """How far an upload is; `refused` names what the server did not take, with its reason."""

    total: int
    sent: int = 0
    there_already: int = 0
    refused: list[FileResult] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.sent} of {self.total} files sent, {len(self.refused)} refused"


def files_in(place: Path) -> Found:
    """(name, path) of a file, or of all files below a folder, hidden ones left out; names begin with the folder's.

    ValueError where there is none.
    """
    if place.is_file():
        return [(place.name, place)]
    paths = sorted(path for path in place.rglob("*") if path.is_file())
    shown = [path for path in paths if not any(part.startswith(".") for part in path.relative_to(place).parts)]
    if not shown:
        raise ValueError(f"there are no files at {place}")
    return [(f"{place.resolve().name}/{path.relative_to(place).as_posix()}", path) for path in shown]


def send(wire: Wire, batch: str, found: Found, *, progress: Callable[[Sending], None] | None = None) -> Sending:
    """Sends what the delivery at `batch` does not have yet. The same file twice is taken once."""
    have = {row["path"] for row in wire.items(f"{batch}/files")}
    waiting = [(name, path) for name, path in found if name not in have]
    state = Sending(total=len(found), sent=len(found) - len(waiting), there_already=len(found) - len(waiting))
    for parcel in parcels(waiting):
        results = _deliver(wire, batch, parcel)
        state.sent += len(parcel)
        state.refused += [result for result in results if result["state"] == "refused"]
        if progress:
            progress(state)
    return state


def parcels(found: Found) -> Iterator[Found]:
    """Files in parcels that one request carries; a file larger than a parcel goes alone."""
    parcel: Found = []
    size = 0
    for name, path in found:
        more = path.stat().st_size
        if parcel and (len(parcel) == MOST_FILES or size + more > MOST_BYTES):
            yield parcel
            parcel, size = [], 0
        parcel.append((name, path))
        size += more
    if parcel:
        yield parcel


def _deliver(wire: Wire, batch: str, parcel: Found) -> list[FileResult]:
    with ExitStack() as opened:

        def form() -> dict[str, object]:
            opened.close()  # what an earlier try has read from
            files = [("files", (path.name, opened.enter_context(path.open("rb")))) for _, path in parcel]
            return {"files": files, "data": {"paths": json.dumps([name for name, _ in parcel])}}

        results: list[FileResult] = wire.ask("POST", f"{batch}/files", form=form, again=True)["results"]
        return results

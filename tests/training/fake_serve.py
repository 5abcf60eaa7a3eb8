"""The warm engine's protocol without an engine: what it does stands in `behave.json` of the checkpoint it is asked for.

`say` (a raw line), `refuse` (what about), `die` (a signal to itself), `hang`; else it tells its process.
"""

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any


def say(data: dict[str, Any]) -> None:
    print(json.dumps(data), flush=True)


def main() -> None:
    say({"ready": True})
    for line in sys.stdin:
        question = json.loads(line)
        number = question["id"]
        assert Path(question["picture"]).stat().st_size
        behave = json.loads((Path(question["checkpoint"]) / "behave.json").read_text())
        if "die" in behave:
            os.kill(os.getpid(), behave["die"])
        if "hang" in behave:
            signal.pause()
        if "say" in behave:
            print(behave["say"], flush=True)
            continue
        say({"id": number, "doing": "loading"})
        if "refuse" in behave:
            say({"id": number, "ok": False, "about": behave["refuse"], "message": "it does not fit"})
        else:
            answer = {"form": "one", "guesses": [], "classes": 2, "width": 1, "height": 1, "pid": os.getpid()}
            say({"id": number, "ok": True, "answer": answer})


if __name__ == "__main__":
    main()

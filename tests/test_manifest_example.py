"""The reading example of docs/manifest.md does what it says, as it is printed."""

import re
import subprocess
import sys
from pathlib import Path

from tests.make_version import make_version

PAGE = Path(__file__).parents[1] / "docs" / "manifest.md"


def test_the_example_prints_every_labeled_picture(tmp_path: Path) -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 1
    assert len([line for line in blocks[0].splitlines() if line.strip()]) == 10
    make_version(tmp_path / "v", train=6, val=3, holdout=3, unresolved=2, empty=1)
    script = tmp_path / "example.py"
    script.write_text(blocks[0], encoding="utf-8")
    done = subprocess.run([sys.executable, script, tmp_path / "v"], capture_output=True, text=True, check=True)
    lines = [line.split(" ") for line in done.stdout.splitlines()]
    assert len(lines) == 12
    assert sorted({split for split, _, _ in lines}) == ["holdout", "train", "val"]
    assert all(Path(path).is_file() for _, path, _ in lines)
    assert {name for _, _, name in lines} == {"disc", "square", "cross"}

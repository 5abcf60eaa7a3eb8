"""Files and functions stay small enough to be read at one sitting."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LONGEST_FILE, USUAL_FILE = 400, 250
LONGEST_FUNCTION, USUAL_FUNCTION = 60, 35


def python_files() -> list[Path]:
    folders = [ROOT / "annotate", ROOT / "training", ROOT / "client"]
    written = [path for folder in folders for path in folder.rglob("*.py") if "migrations" not in path.parts]
    return [path for path in written if path != ROOT / "client/fovea_client/shapes.py"]  # that one is generated


def typescript_files() -> list[Path]:
    source = ROOT / "frontend" / "src"
    files = [*source.rglob("*.ts"), *source.rglob("*.tsx")]
    return [path for path in files if ".test." not in path.name and not path.name.endswith(".d.ts")]


def lines_of(path: Path) -> int:
    return len(path.read_text().splitlines())


def p90(sizes: list[int]) -> int:
    return sorted(sizes)[int(0.9 * (len(sizes) - 1))]


def functions() -> list[tuple[str, int]]:
    found = []
    for path in python_files():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                found.append((f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", length))
    return found


def test_no_file_is_longer_than_its_budget() -> None:
    files = [*python_files(), *typescript_files()]
    assert len(files) > 20
    long = {str(path.relative_to(ROOT)): lines_of(path) for path in files if lines_of(path) > LONGEST_FILE}
    assert long == {}


def test_most_files_are_short() -> None:
    assert p90([lines_of(path) for path in python_files()]) <= USUAL_FILE
    assert p90([lines_of(path) for path in typescript_files()]) <= USUAL_FILE


def test_no_function_is_longer_than_its_budget() -> None:
    assert {name: length for name, length in functions() if length > LONGEST_FUNCTION} == {}
    assert p90([length for _, length in functions()]) <= USUAL_FUNCTION


def test_no_drawer_for_anything() -> None:
    drawers = {"utils", "helpers", "common", "misc"}
    assert [str(path) for path in [*python_files(), *typescript_files()] if path.stem in drawers] == []


def test_imports_stand_at_the_top() -> None:
    """None inside functions, except in an application's `ready`."""
    deep = []
    for path in python_files():
        for function in ast.walk(ast.parse(path.read_text())):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) and function.name != "ready":
                inside = [node for node in ast.walk(function) if isinstance(node, ast.Import | ast.ImportFrom)]
                deep += [f"{path.relative_to(ROOT)}:{node.lineno}" for node in inside]
    assert deep == []

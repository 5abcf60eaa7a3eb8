"""A trained classifier as one ONNX file that needs nothing of Fovea: pixels in, probabilities out.

The file holds what the engine does between a decoded picture and its answer, so that scale and order of the colours
cannot be mistaken: input `pictures` is uint8 (n, size, size, 3), RGB, rows from the top; output `probabilities` is
float32 (n, classes). What a picture needs before that, and what the classes are called, stands in its metadata.
Format: ONNX, https://onnx.ai/onnx/intro, opset 18.
"""

import json
import logging
import os
import tempfile
import warnings
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from training.engine import each, several
from training.engine.errors import Fault
from training.engine.files import sync_file, sync_folder
from training.engine.loose import Model
from training.engine.transforms import normalise

OPSET: Final = 18
TRIED: Final = 8
CLOSE: Final = 1e-3
"""How far a probability may be from the network's own: both compute in float32, in another order."""


class Whole(nn.Module):
    """The network with its scale before it and its probabilities after it."""

    def __init__(self, model: Model) -> None:
        super().__init__()
        self.network = model.network
        self.scale = model.config.normalise
        self.several = model.kind == several.KIND

    def forward(self, pictures: Tensor) -> Tensor:
        """(n, classes) of uint8 (n, size, size, 3)."""
        logits = self.network(normalise(pictures, self.scale, channels_last=True))
        return each.probabilities(logits) if self.several else logits.float().softmax(1)


def write_onnx(model: Model, out: Path) -> dict[str, Any]:
    """The file at `out`, whole and on disk, once ONNX Runtime has been seen to say what the network says.

    Gives its `bytes`, and the largest `difference` of a probability on noise. The network must be on the CPU. Fault
    config for a detector; Fault server where the two differ by more than CLOSE.
    """
    if model.config.problem != "classification":
        raise Fault("config", f"{model.config.architecture} finds boxes; only networks that name classes become ONNX")
    side = model.config.size
    whole = Whole(model).eval()
    noise = np.random.default_rng(0).integers(0, 256, (TRIED, side, side, 3), np.uint8)
    descriptor, name = tempfile.mkstemp(suffix=".onnx", prefix=".writing-", dir=out.parent)
    os.close(descriptor)
    draft = Path(name)
    try:
        _translate(whole, torch.from_numpy(noise), draft, told=_metadata(model))
        with torch.inference_mode():
            own = whole(torch.from_numpy(noise)).numpy()
        difference = float(np.abs(run_onnx(draft, noise) - own).max())
        if not difference <= CLOSE:
            raise Fault("server", f"ONNX Runtime differs from the network by {difference:.2g} in a probability")
        sync_file(draft)
        draft.chmod(0o644)
        draft.replace(out)
        sync_folder(out.parent)
    finally:
        draft.unlink(missing_ok=True)
    return {"bytes": out.stat().st_size, "difference": difference}


def run_onnx(path: Path, pictures: NDArray[np.uint8], *, threads: int = 1) -> NDArray[np.float32]:
    """(n, classes) float32: what ONNX Runtime says of uint8 (n, size, size, 3) on the CPU."""
    probabilities: NDArray[np.float32] = open_onnx(path, threads=threads).run(None, {"pictures": pictures})[0]
    return probabilities


def open_onnx(path: Path, *, threads: int = 1) -> onnxruntime.InferenceSession:
    """The file ready to run on the CPU."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def _translate(whole: nn.Module, example: Tensor, out: Path, *, told: dict[str, str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the exporter about its own parts
        logging.getLogger("torch.onnx").setLevel(logging.ERROR)
        program = torch.onnx.export(
            whole, (example,), dynamo=True, opset_version=OPSET, verbose=False, optimize=True,
            input_names=["pictures"], output_names=["probabilities"],
            dynamic_shapes={"pictures": {0: torch.export.Dim("pictures")}},
        )  # fmt: skip
    assert program is not None
    program.model.metadata_props.update(told)
    program.save(out, external_data=False)


def _metadata(model: Model) -> dict[str, str]:
    """All values are text, as the format has it."""
    return {
        "architecture": model.config.architecture,
        "size": str(model.config.size),
        "resize": model.config.resize,
        "output": "each" if model.kind == several.KIND else "one",
        "classes": json.dumps([one.name for one in model.classes], ensure_ascii=False),
    }

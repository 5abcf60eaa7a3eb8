"""Weights come in as safetensors that fit, or not at all."""

import io
import json
import struct
from pathlib import Path

import pytest
import torch
from django.conf import LazySettings
from safetensors.torch import save

from annotate.core import errors
from tests.make import make_project
from training import services
from training.engine.config import Config
from training.engine.model import build_model
from training.models import Weights
from training.selectors import folders
from training.services.header import read_header

pytestmark = pytest.mark.django_db


def small_cnn() -> dict[str, torch.Tensor]:
    return build_model(Config(architecture="teaching_cnn", size=16), 3).state_dict()


def crafted(header: object, body: bytes = b"", *, length: int | None = None) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + body


def tensor(**changes: object) -> dict[str, object]:
    return {"dtype": "F32", "shape": [2], "data_offsets": [0, 8], **changes}


HOSTILE = {
    "empty": b"",
    "a pickle": b"\x80\x04\x95cos\nsystem\n(S'true'\ntR.",
    "a zip, as torch saves": b"PK\x03\x04" + b"\0" * 200,
    "a header longer than the file": crafted({"a": tensor()}, b"\0" * 8, length=2**40),
    "a header bomb": struct.pack("<Q", 2**30) + b"{" * 64,
    "not JSON": crafted(b"{nope}", b"\0" * 8),
    "not UTF-8": crafted(b'{"\xff": 1}', b"\0" * 8),
    "deep nesting": crafted(b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
    "a list": crafted([1, 2], b"\0" * 8),
    "no tensor": crafted({"__metadata__": {}}),
    "a name twice": crafted(b'{"a":1,"a":2}', b"\0" * 8),
    "cut short": crafted({"a": tensor()}, b"\0" * 7),
    "padded": crafted({"a": tensor()}, b"\0" * 9),
    "a gap": crafted({"a": tensor(data_offsets=[4, 12])}, b"\0" * 12),
    "an overlap": crafted({"a": tensor(), "b": tensor(data_offsets=[4, 12])}, b"\0" * 12),
    "a foreign type": crafted({"a": tensor(dtype="object")}, b"\0" * 8),
    "a shape that lies": crafted({"a": tensor(shape=[3])}, b"\0" * 8),
    "a huge shape": crafted({"a": tensor(shape=[2**40, 2**40])}, b"\0" * 8),
    "a negative shape": crafted({"a": tensor(shape=[-1, -2])}, b"\0" * 8),
    "a true shape": crafted({"a": tensor(shape=[True, 2])}, b"\0" * 8),
    "strange fields": crafted({"a": {**tensor(), "code": "x"}}, b"\0" * 8),
    "metadata that is no text": crafted({"__metadata__": {"a": 1}, "a": tensor()}, b"\0" * 8),
}


def add(content: bytes, **fields: object) -> Weights:
    given = {"architecture": "teaching_cnn", "name": "mine", "size": 16, "actor": None, **fields}
    project = given.pop("project", None) or make_project()
    return services.add_weights(project, io.BytesIO(content), **given)


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_not_safetensors_is_refused_and_not_kept(name: str) -> None:
    with pytest.raises(errors.Invalid) as refused:
        add(HOSTILE[name])
    assert refused.value.code == "not_safetensors"
    assert not Weights.objects.exists()
    assert list(folders.weights_folder().iterdir()) == []


def test_the_header_reader_agrees_with_the_library(tmp_path: Path) -> None:
    state = {**small_cnn(), "scalar": torch.tensor(1.0), "empty": torch.zeros(0, 3), "half": torch.zeros(3).half()}
    path = tmp_path / "w.safetensors"
    path.write_bytes(save(state, {"made": "by hand"}))
    found = read_header(path)
    assert found["tensors"] == len(state) and found["about"] == {"made": "by hand"}
    assert found["parameters"] == sum(value.numel() for value in state.values())
    assert found["dtypes"] == ["F16", "F32"]


def test_weights_that_fit_are_kept_once() -> None:
    project, content = make_project(), save(small_cnn())
    first = add(content, project=project)
    assert first.facts["size"] == 16 and first.bytes == len(content)
    assert folders.weights_file(first).read_bytes() == content
    assert add(content, project=project, name="again").pk == first.pk


def test_weights_that_do_not_fit_say_what_is_wrong() -> None:
    for state in ({**small_cnn(), "extra": torch.zeros(2)}, {"other": torch.zeros(2)}):
        with pytest.raises(errors.Invalid) as refused:
            add(save(state))
        assert refused.value.code == "weights_do_not_fit" and "another network" in refused.value.message
    broken = small_cnn()
    name = next(iter(broken))
    broken[name] = torch.full_like(broken[name], float("nan"))
    with pytest.raises(errors.Invalid) as refused:
        add(save(broken))
    assert refused.value.code == "weights_do_not_fit" and ".draft" not in refused.value.message
    assert list(folders.weights_folder().iterdir()) == []


def test_an_unknown_architecture_and_a_huge_file_are_refused(settings: LazySettings) -> None:
    with pytest.raises(errors.Invalid) as refused:
        add(save(small_cnn()), architecture="resnet_of_dreams")
    assert refused.value.code == "unknown_architecture"
    settings.MAX_WEIGHTS_BYTES = 1000
    with pytest.raises(errors.TooLarge):
        add(save(small_cnn()))


def test_a_server_without_an_engine_says_so(settings: LazySettings) -> None:
    settings.TRAINING_ENGINE_COMMAND = ["python3", "-c", "raise SystemExit(2)"]
    with pytest.raises(errors.Unavailable) as refused:
        add(save(small_cnn()))
    assert refused.value.code == "weights_check_unavailable"
    assert not Weights.objects.exists()

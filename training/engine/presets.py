"""Whole trainings under a name.

Times: CPU seconds for one pass over 1,000 pictures on one thread of a busy 2-core AMD EPYC (Zen 5, no GPU), torch 2.14,
float32, best of three short rounds. A quiet machine, more threads or a GPU are quicker.
"""

from dataclasses import dataclass
from typing import Final

from training.engine.config import Config


@dataclass(frozen=True)
class Preset:
    """A config with words for people and the measured `seconds_per_1000_images`."""

    name: str
    title: str
    about: str
    config: Config
    seconds_per_1000_images: float


PRESETS: Final[dict[str, Preset]] = {
    one.name: one
    for one in (
        Preset(
            "small_cnn_64",
            "Small CNN",
            "Crop, flip, one-cycle; passes follow from the number of pictures. Minutes on a laptop.",
            Config(
                preset="small_cnn_64",
                architecture="small_cnn_64",
                lr=0.002,
                schedule="one_cycle",
                transform="crop_flip",
                normalise="half",
                images_seen=600_000,
                label_smoothing=0.1,
                targets="soft",
            ),
            1.1,
        ),
        Preset(
            "teaching_cnn",
            "Teaching CNN, 32 px",
            "The network of the first lecture at 32 px: Adam 0.001, ten passes, batch 32, no augmentation.",
            Config(preset="teaching_cnn", architecture="teaching_cnn", epochs=10, batch=32),
            1.0,
        ),
        Preset(
            "teaching_cnn_224",
            "Teaching CNN, 224 px",
            "The same as it stands in the lecture, at 224 px.",
            Config(preset="teaching_cnn_224", architecture="teaching_cnn", size=224, epochs=10, batch=32),
            90.0,
        ),
        Preset(
            "mobilenet_v2_tuned",
            "MobileNetV2, tuned",
            "ImageNet weights at 96 px; the first blocks and all batch norm stay as they are. Best with few labels.",
            Config(
                preset="mobilenet_v2_tuned",
                architecture="mobilenet_v2",
                size=96,
                epochs=4,
                batch=32,
                optimizer="adamw",
                lr=0.0005,
                weight_decay=0.01,
                schedule="one_cycle",
                transform="flip",
                targets="soft",
                start="weights",
                tune="last",
            ),
            8.7,
        ),
        Preset(
            "mobilenet_v2_head",
            "MobileNetV2, head only",
            "ImageNet weights at 96 px; only the last layer learns.",
            Config(
                preset="mobilenet_v2_head",
                architecture="mobilenet_v2",
                size=96,
                epochs=8,
                batch=32,
                lr=0.002,
                schedule="one_cycle",
                transform="flip",
                targets="soft",
                start="weights",
                tune="head",
            ),
            6.0,
        ),
        Preset(
            "mobilenet_v3_small",
            "MobileNetV3 small",
            "From scratch at 64 px, for some thousand labels and more.",
            Config(
                preset="mobilenet_v3_small",
                architecture="mobilenet_v3_small",
                size=64,
                batch=64,
                images_seen=600_000,
                optimizer="adamw",
                lr=0.002,
                weight_decay=0.02,
                schedule="one_cycle",
                transform="crop_flip",
                targets="soft",
            ),
            5.6,
        ),
        Preset(
            "resnet18",
            "ResNet-18",
            "From scratch at 64 px; wants a GPU or patience.",
            Config(
                preset="resnet18",
                architecture="resnet18",
                size=64,
                batch=64,
                images_seen=600_000,
                optimizer="sgd",
                lr=0.05,
                weight_decay=0.0005,
                schedule="one_cycle",
                transform="crop_flip",
                targets="soft",
            ),
            22.6,
        ),
        Preset(
            "resnet18_tuned",
            "ResNet-18, tuned",
            "ImageNet weights at 128 px; the first blocks and all batch norm stay as they are.",
            Config(
                preset="resnet18_tuned",
                architecture="resnet18",
                size=128,
                epochs=4,
                batch=32,
                optimizer="adamw",
                lr=0.0003,
                weight_decay=0.01,
                schedule="one_cycle",
                transform="flip",
                targets="soft",
                start="weights",
                tune="last",
            ),
            61.7,
        ),
        Preset(
            "fcos_mobilenet_v2_tuned",
            "FCOS on MobileNetV2, tuned",
            "Boxes, from ImageNet weights at 320 px; first blocks and batch norm stay. Minutes for some hundreds.",
            Config(
                preset="fcos_mobilenet_v2_tuned",
                architecture="fcos_mobilenet_v2",
                problem="detection",
                size=320,
                resize="fit",
                batch=4,
                images_seen=3_500,
                optimizer="adamw",
                lr=0.001,
                weight_decay=0.01,
                schedule="one_cycle",
                warmup=0.15,
                transform="zoom_flip",
                start="weights",
                tune="last",
            ),
            110.0,
        ),
        Preset(
            "fcos_mobilenet_v2",
            "FCOS on MobileNetV2",
            "Boxes, from scratch at 320 px; for some thousand pictures, a GPU or patience.",
            Config(
                preset="fcos_mobilenet_v2",
                architecture="fcos_mobilenet_v2",
                problem="detection",
                size=320,
                resize="fit",
                batch=8,
                images_seen=30_000,
                max_epochs=100,
                optimizer="adamw",
                lr=0.001,
                weight_decay=0.01,
                schedule="one_cycle",
                warmup=0.15,
                transform="zoom_flip",
            ),
            160.0,
        ),
    )
}

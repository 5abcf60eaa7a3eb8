"""The network of the first lecture: two convolutions, two poolings, one dense layer, nothing else."""

from torch import Tensor, nn

from training.engine.architecture import Architecture


class TeachingCNN(nn.Module):
    """Convolution 3 x 3 to 32, pool, convolution 3 x 3 to 64, pool, flatten, dense; no padding, input 0 to 1."""

    def __init__(self, classes: int, size: int) -> None:
        """The dense layer's width follows from `size`, which is at least 10."""
        super().__init__()
        self.conv1 = nn.Conv2d(3, 32, 3)
        self.conv2 = nn.Conv2d(32, 64, 3)
        self.pool = nn.MaxPool2d(2)
        side = ((size - 2) // 2 - 2) // 2
        self.head = nn.Linear(64 * side * side, classes)

    def forward(self, x: Tensor) -> Tensor:
        """(n, 3, size, size) to (n, classes); softmax is the loss's and the prediction's."""
        x = self.pool(self.conv1(x).relu())
        x = self.pool(self.conv2(x).relu())
        logits: Tensor = self.head(x.flatten(1))
        return logits


def _blocks(model: nn.Module) -> list[nn.Module]:
    assert isinstance(model, TeachingCNN)
    return [model.conv1, model.conv2]


ARCHITECTURES = (
    Architecture(
        name="teaching_cnn",
        family="teaching",
        title="Teaching CNN",
        build=TeachingCNN,
        head="head",
        blocks=_blocks,
        min_size=10,
        teaching=True,
    ),
)

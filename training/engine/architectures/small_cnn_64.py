"""The teaching network with one dense layer of 64 before the last."""

from torch import Tensor, nn

from training.engine.architecture import Architecture


class SmallCNN(nn.Module):
    """Convolution 3 x 3 to 32, pool, convolution 3 x 3 to 64, pool, flatten, dense 64, dense; no padding."""

    def __init__(self, classes: int, size: int) -> None:
        """The first dense layer's width follows from `size`, which is at least 10."""
        super().__init__()
        self.conv1 = nn.Conv2d(3, 32, 3)
        self.conv2 = nn.Conv2d(32, 64, 3)
        self.pool = nn.MaxPool2d(2)
        side = ((size - 2) // 2 - 2) // 2
        self.dense = nn.Linear(64 * side * side, 64)
        self.head = nn.Linear(64, classes)

    def forward(self, x: Tensor) -> Tensor:
        """(n, 3, size, size) to (n, classes)."""
        x = self.pool(self.conv1(x).relu())
        x = self.pool(self.conv2(x).relu())
        logits: Tensor = self.head(self.dense(x.flatten(1)).relu())
        return logits


def _blocks(model: nn.Module) -> list[nn.Module]:
    assert isinstance(model, SmallCNN)
    return [model.conv1, model.conv2, model.dense]


ARCHITECTURES = (
    Architecture(
        name="small_cnn_64",
        family="small",
        title="Small CNN",
        build=SmallCNN,
        head="head",
        blocks=_blocks,
        min_size=10,
        teaching=True,
    ),
)

import pytest
from django.conf import LazySettings

from tests.training.cast import FAKE


@pytest.fixture
def fake_engine(settings: LazySettings) -> None:
    """The fake engine runs wherever the real one would."""
    settings.TRAINING_ENGINE_COMMAND = FAKE

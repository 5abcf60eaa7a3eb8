"""A killed trainer leaves one engine behind at most, and the run ends as if nothing had happened."""

from pathlib import Path

import pytest

from tests.fault.circle import ended_run, epochs_of, freeze, project_with_labels, start_run
from tests.stack import engines, running, wait_for

pytestmark = pytest.mark.fault


def test_run_goes_on_from_its_checkpoint_and_ends_with_the_same_loss(tmp_path: Path) -> None:
    with running(tmp_path / "home", FOVEA_HEARTBEAT_SECONDS="3") as stack:
        admin, root = project_with_labels(stack, tmp_path / "pictures")
        version = freeze(admin, root)
        calm = start_run(admin, root, version, epochs=40)
        assert ended_run(admin, root, calm)["state"] == "finished"
        shaken = start_run(admin, root, version, epochs=40)
        wait_for(lambda: len(epochs_of(admin, root, shaken)) >= 3, "the third epoch", every=0.05)
        assert len(engines(str(stack.home))) == 1
        stack.kill("trainer")
        most = 0

        def claimed_again() -> bool:
            nonlocal most
            most = max(most, len(engines(str(stack.home))))
            return admin.get(f"{root}/runs/{shaken['id']}")["attempt"] >= 2

        wait_for(claimed_again, "the second attempt", every=0.05)
        end = ended_run(admin, root, shaken)
        assert end["state"] == "finished"
        assert most <= 1, "never two engines for one run"
        assert engines(str(stack.home)) == []
        before, after = epochs_of(admin, root, calm), epochs_of(admin, root, shaken)
        assert [line["epoch"] for line in after] == list(range(1, 41))
        assert [line["train_loss"] for line in after] == [line["train_loss"] for line in before]
        assert [line["val_loss"] for line in after] == [line["val_loss"] for line in before]

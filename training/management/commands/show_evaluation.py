"""`manage.py show_evaluation PROJECT`: how good a run's model is on the holdout."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from annotate.core import errors
from annotate.projects.management import arguments
from annotate.projects.models import Project
from training import loop, selectors, services
from training.models import Evaluation
from training.selectors import evaluations as shown
from training.selectors import runs


class Command(BaseCommand):
    help = "Shows the evaluation of a run, the newest run's by itself; with --here it is made where there is none yet."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("project", help="the project's number or name")
        parser.add_argument("--run", type=int, help="the run's number")
        parser.add_argument("--here", action="store_true", help="score it in this process where that is not done yet")
        arguments.add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        project = arguments.project_named(options["project"])
        try:
            evaluation = _evaluation(project, options["run"], here=options["here"])
        except errors.Refused as refused:
            raise CommandError(refused.message) from None
        if evaluation.state != Evaluation.State.READY:
            raise CommandError(evaluation.error["message"] if evaluation.error else "It is not scored yet.")
        run = evaluation.checkpoint.run
        told = {"evaluation": evaluation.pk, "run": run.pk, "version": evaluation.version.number,
                "summary": evaluation.summary, "content": shown.content_of(evaluation)}  # fmt: skip
        arguments.tell(self, options, told, "\n".join(_lines(evaluation)))


def _evaluation(project: Project, rid: int | None, *, here: bool) -> Evaluation:
    run = selectors.runs_of(project).order_by("-id").first() if rid is None else selectors.run_for(project, rid)
    checkpoint = runs.checkpoint_of(run) if run else None
    if run is None or checkpoint is None:
        raise errors.Conflict("no_checkpoint", "There is no run with a checkpoint that could be scored.")
    own = runs.own_evaluation(run)
    if own is None and not here:
        raise errors.Conflict("no_evaluation", "This run is not scored yet; --here does it.")
    if here:
        own = own or services.request_evaluation(checkpoint, run.version).pk
        loop.work(lambda: True)
    assert own is not None
    return selectors.evaluation_for(project, own)


def _lines(evaluation: Evaluation) -> list[str]:
    """Every figure of the summary that has an interval, one a line."""
    run = evaluation.checkpoint.run
    lines = [f"Run {run.pk} {run.name}".rstrip() + f", on the holdout of version {evaluation.version.number}:"]
    for name, figure in evaluation.summary.items():
        if isinstance(figure, dict) and figure.get("value") is not None:
            told = f"  {name} {figure['value']:.4f}"
            if figure.get("low") is not None and figure.get("high") is not None:
                told += f" (95 %: {figure['low']:.4f} to {figure['high']:.4f})"
            lines.append(told + (f" of {figure['count']}" if figure.get("count") is not None else ""))
    return lines

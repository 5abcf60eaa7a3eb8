"""A vote goes into its task's consensus in the transaction of the vote itself, at a cost that does not grow."""

# ruff: noqa: S608 - what is put into these statements are the words of sql.Dialect, never a value

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction

from annotate.consensus.learned import learned
from annotate.consensus.method import NOTHING, Opinion, Voice, key_of
from annotate.consensus.models import Consensus, Decision
from annotate.consensus.rules import Rules, Tally, next_state, tally
from annotate.kinds import KINDS
from annotate.labeling import facts, sql
from annotate.labeling import services as labeling
from annotate.labeling.facts import TaskFacts, VoteFacts
from annotate.labeling.models import Task, Vote
from annotate.labeling.schema import schema_of
from annotate.projects.models import Project

EXTRA_VOTES = 2


def rules_of(project: Project) -> Rules:
    return Rules(project.accept_confidence, project.votes_cap or project.redundancy + EXTRA_VOTES)


def fold_vote(project: Project, cast: labeling.Cast) -> TaskFacts:
    """Folds a vote that was just cast and writes its task: closes it, asks for one more vote, or sends it to review.

    Runs inside the vote's transaction, under the task's lock. Nothing is done for a repeated ballot.
    """
    if cast.repeated:
        return cast.task
    return fold_task(project, before=cast.before, task=cast.task, votes=cast.votes)


def fold_task(
    project: Project, *, before: TaskFacts, task: TaskFacts, votes: Sequence[VoteFacts], due: bool = False
) -> TaskFacts:
    """Folds the live votes of a locked task's present asking; `before` is the task as the database has it.

    A ruled task keeps its ruling: the votes stay, the consensus is left alone.
    """
    if task.ruled:
        facts.save_task(before, task, due=due)
        return task
    found, opinion = tally(KINDS[task.kind], votes), weigh(project, task.id, votes)
    state, wanted = next_state(
        task, found, confidence=opinion.confidence, agreement=opinion.agreement, rules=rules_of(project)
    )
    after = replace(task, state=state, votes_wanted=wanted)
    _write(project, after, opinion=opinion, found=found, last_vote=max((vote.id for vote in votes), default=0))
    if after.state == Task.State.SET_ASIDE and before.state != Task.State.SET_ASIDE:
        labeling.set_aside_image(task.image_id)
    elif before.state == Task.State.SET_ASIDE and after.state != Task.State.SET_ASIDE:
        labeling.bring_back_image(task.image_id)
    facts.save_task(before, after, due=due)
    return after


def weigh(project: Project, task_id: int, votes: Sequence[VoteFacts]) -> Opinion:
    """The method's opinion under what the last refit learned; parts that name classes archived since are not heard."""
    memory, kind, live = learned(project), KINDS[project.kind], schema_of(project).live
    whole = memory.method.hears == "answer"
    voices = [
        Voice(vote.worker, kind.of_classes(vote.value, live) if whole else vote.concept, vote.counted)
        for vote in votes
        if vote.outcome == Vote.Outcome.ANSWER
    ]
    return memory.method.weigh(voices, memory.known, item_id=task_id, seed=project.seed)


def classes_named(kind: str, answer: Mapping[str, Any] | None) -> dict[str, Any]:
    """The columns of a consensus row that tell which classes an answer names."""
    said = KINDS[kind].classes(answer or {})
    if KINDS[kind].several:
        return {"concept_id": None, "named": {str(concept): n for concept, n in sorted(Counter(said).items())}}
    return {"concept_id": said[0] if said else None, "named": {}}


def _write(project: Project, task: TaskFacts, *, opinion: Opinion, found: Tally, last_vote: int) -> None:
    """The consensus row; one that a ruling of this asking made is left alone."""
    classes = classes_named(task.kind, opinion.answer)
    values: dict[str, Any] = {
        "task_id": task.id,
        "project_id": project.pk,
        "asking": task.asking,
        "answer": None if opinion.answer is None else json.dumps(opinion.answer),
        "concept_id": classes["concept_id"],
        "named": json.dumps(classes["named"]),
        "confidence": opinion.confidence,
        "agreement": found.agreement(opinion.agreement),
        "distribution": json.dumps(opinion.distribution),
        "counts": json.dumps(found.as_counts()),
        "votes": found.votes,
        "method": project.consensus_method,
        "source": Consensus.Source.CONSENSUS,
        "decided": False,
        "last_vote": last_vote,
    }
    renewed = ", ".join(f"{name} = excluded.{name}" for name in (*values, "updated_at"))
    sql.run(
        f"INSERT INTO consensus_consensus ({', '.join(values)}, updated_at)"
        f" VALUES ({sql.places(list(values))}, {sql.dialect().now}) ON CONFLICT (task_id) DO UPDATE SET {renewed}"
        " WHERE NOT consensus_consensus.decided OR consensus_consensus.asking < excluded.asking",
        list(values.values()),
    )


def fold_due(limit: int = 200) -> int:
    """Folds tasks that got votes or wishes outside a person's request: imports, gold, changed settings, pictures that
    came back. The number folded; each in a transaction of its own."""
    waiting = list(Task.objects.filter(due=True).order_by("pk").select_related("project")[:limit])
    for row in waiting:
        with transaction.atomic():
            task = facts.lock_task(row.pk)
            if task is None:
                continue
            Task.objects.filter(pk=row.pk).update(due=False)
            _fold_due(row.project, task)
    return len(waiting)


def _fold_due(project: Project, task: TaskFacts) -> None:
    if task.golden and not task.ruled:
        gold = Task.objects.values_list("gold", flat=True).get(pk=task.id)
        source = Consensus.Source.IMPORTED if task.holdout else Consensus.Source.GOLD
        Decision.objects.create(
            task_id=task.id, asking=task.asking, ruling=Decision.Ruling.GOLD, answer=gold, note="imported"
        )
        write_ruling(project, task, answer=gold, source=source)
    elif task.ruled and task.state == Task.State.OPEN:  # a picture that came back, settled before it went
        facts.save_task(task, replace(task, state=Task.State.CLOSED))
    else:
        votes = facts.live_votes(facts.votes_of(task.id), task.asking)
        fold_task(project, before=task, task=task, votes=votes)


def write_ruling(project: Project, task: TaskFacts, *, answer: Any, source: str) -> TaskFacts:
    """Makes an answer stand over the votes of a locked task: closed, ruled, certain."""
    kind, votes = KINDS[task.kind], facts.live_votes(facts.votes_of(task.id), task.asking)
    found, said = tally(kind, votes), kind.classes(answer)
    Consensus.objects.update_or_create(
        task_id=task.id,
        defaults={
            "project": project,
            "asking": task.asking,
            "answer": answer,
            **classes_named(task.kind, answer),
            "confidence": 1.0,
            "agreement": found.agreement(weigh(project, task.id, votes).agreement),
            "distribution": {key_of(concept): 1.0 for concept in said or (NOTHING,)} if kind.whole else {},
            "counts": found.as_counts(),
            "votes": found.votes,
            "method": project.consensus_method,
            "source": source,
            "decided": True,
        },
    )
    after = replace(task, state=Task.State.CLOSED, ruled=True, leases_held=labeling.drop_leases(task.id))
    facts.save_task(task, after)
    return after

"""Handing out tasks: order, sharing, leases that end, and nobody walking past what waits for them."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from annotate.consensus import services as consensus
from annotate.core import errors
from annotate.desk import services as desk
from annotate.ingest.models import Image
from annotate.labeling import services as labeling
from annotate.labeling.models import Lease, Queue, Seat, Task, Vote
from annotate.projects.models import Project
from tests import crowd
from tests.make import make_image

pytestmark = pytest.mark.django_db


def everything(project: Project, person: object, *, want: int = 1) -> list[int]:
    """What one person is offered, in its order, answering each with the same class."""
    seen: list[int] = []
    while got := crowd.take(project, person, want):  # type: ignore[arg-type]
        for task in got:
            crowd.answer(project, person, task, "cat")  # type: ignore[arg-type]
        seen += got
    return seen


def test_tasks_come_in_the_order_of_their_ranks_each_once() -> None:
    project = crowd.opened(pictures=7, redundancy=3)
    (ada,) = crowd.crowd_of(project, 1)
    ranked = list(Task.objects.order_by("rank", "id").values_list("pk", flat=True))
    assert everything(project, ada, want=3) == ranked
    assert set(Task.objects.values_list("votes_counted", "state")) == {(1, "open")}


def test_each_task_goes_to_as_many_people_as_wanted_and_no_more() -> None:
    project = crowd.opened(pictures=4, redundancy=2)
    people = crowd.crowd_of(project, 3)
    for _ in range(3):
        for person in people:
            crowd.take(project, person, 10)
    assert sorted(Lease.objects.values_list("task_id", flat=True)) == sorted(crowd.tasks_of(project) * 2)
    crowd.sound(project)


def test_a_take_shares_what_is_left_between_those_at_work() -> None:
    project = crowd.opened(pictures=9, redundancy=1)
    people = crowd.crowd_of(project, 3)
    for person in people:
        crowd.take(project, person, 0)  # they are here
    assert [len(crowd.take(project, person, 50)) for person in people] == [3, 2, 2]
    Seat.objects.exclude(user=people[0]).update(seen_at="2020-01-01T00:00Z")
    assert len(crowd.take(project, people[0], 50)) == 2


def test_ones_own_leases_are_shown_again_and_not_renewed() -> None:
    project = crowd.opened(pictures=2, redundancy=1)
    (ada,) = crowd.crowd_of(project, 1)
    first = desk.work(ada, project, votes=[], take=2, release=[]).tasks
    again = desk.work(ada, project, votes=[], take=2, release=[]).tasks
    assert [(one.task, one.lease, one.expires_at) for one in again] == [
        (one.task, one.lease, one.expires_at) for one in first
    ]


def test_a_lapsed_lease_comes_back_to_others_and_to_whoever_held_it() -> None:
    project = crowd.opened(pictures=1, redundancy=1)
    (task,) = crowd.tasks_of(project)
    ada, bob = crowd.crowd_of(project, 2)
    assert crowd.take(project, ada) == [task]
    assert crowd.take(project, bob) == []
    crowd.lapse()
    assert crowd.take(project, bob) == [task]  # without any sweep
    crowd.lapse()
    assert labeling.expire_leases() == 1
    assert labeling.expire_leases() == 0
    assert crowd.take(project, ada) == [task]
    crowd.sound(project)


def test_room_that_opens_behind_somebodys_back_is_found() -> None:
    """bob walks past tasks that are all promised; later their leases lapse, a vote is withdrawn, more is asked."""
    project = crowd.opened(pictures=3, redundancy=2, accept_confidence=0.99)
    ada, bob, eve = crowd.crowd_of(project, 3)
    first, second, third = Task.objects.order_by("rank", "id").values_list("pk", flat=True)
    for person in (ada, eve):
        crowd.hold(project, person, first)
        crowd.hold(project, person, second)
    assert crowd.take(project, bob) == [third]
    crowd.answer(project, bob, third, "cat")
    assert crowd.take(project, bob) == []
    crowd.lapse(task_id=second, user=ada)
    labeling.expire_leases()
    assert crowd.take(project, bob) == [second]
    crowd.answer(project, ada, first, "cat")
    crowd.answer(project, eve, first, "dog")  # a split: a third vote is wanted
    assert crowd.take(project, bob) == [first]


def test_new_pictures_reach_people_who_are_at_the_end_already() -> None:
    project = crowd.opened(pictures=2, redundancy=1)
    (ada,) = crowd.crowd_of(project, 1)
    everything(project, ada)
    assert crowd.take(project, ada) == []
    for number in (10, 11, 12):
        make_image(project, number)
    labeling.open_tasks()
    assert len(everything(project, ada)) == 3


def test_a_new_order_sends_everybody_back_to_its_head() -> None:
    project = crowd.opened(pictures=6, redundancy=2)
    (ada,) = crowd.crowd_of(project, 1)
    for _ in range(4):
        crowd.answer(project, ada, crowd.take(project, ada)[0], "cat")
    rest = Task.objects.exclude(votes__user=ada).order_by("-rank")
    wanted = list(rest.values_list("pk", flat=True))
    ranks = {task.image_id: place / 10 for place, task in enumerate(rest)}
    assert labeling.set_ranks(project, ranks, chosen_by="entropy") == 2
    assert everything(project, ada) == wanted
    assert set(Task.objects.filter(pk__in=wanted).values_list("chosen_by", flat=True)) == {"entropy"}


def test_a_picture_that_left_the_project_is_offered_to_nobody() -> None:
    project = crowd.opened(pictures=2, redundancy=1)
    (ada,) = crowd.crowd_of(project, 1)
    gone = Image.objects.order_by("pk")[0]
    Image.objects.filter(pk=gone.pk).update(state=Image.State.EXCLUDED)
    assert len(crowd.take(project, ada, 5)) == 1
    assert labeling.follow_images(project, [gone.pk]) == 1
    assert Task.objects.get(image=gone).state == "withdrawn"
    Image.objects.filter(pk=gone.pk).update(state=Image.State.READY)
    labeling.follow_images(project, [gone.pk])
    consensus.fold_due()
    assert Task.objects.get(image=gone).state == "open"
    assert crowd.take(project, ada, 5) == [Task.objects.get(image=gone).pk]


def test_what_a_request_costs_does_not_grow() -> None:
    """The same statements with five tasks and with a hundred, before and after the person has answered most of them."""
    numbers = []
    for size in (5, 100):
        project = crowd.opened(pictures=0, redundancy=3, name=str(size))
        for number in range(size):
            make_image(project, 1000 * size + number)
        labeling.open_tasks()
        ada = crowd.crowd_of(project, 1)[0] if size == 5 else Seat.objects.get().user
        if size == 100:
            crowd.make_member(project, ada)
        project.refresh_from_db()
        task = crowd.take(project, ada)[0]
        for step in range(size - 2):
            ballot = labeling.Ballot(key=crowd.uuid.uuid4(), task=task, answer=crowd.choice(project, "cat"))
            with CaptureQueriesContext(connection) as made:
                done = desk.work(ada, project, votes=[ballot], take=1, release=[])
            if step in (1, size - 3):
                numbers.append(len(made))
            task = done.tasks[0].task
    assert len(set(numbers)) == 1, numbers


def run_together(works: list[Callable[[], None]]) -> None:
    """Runs all at once in threads with connections of their own; the first failure is raised here."""
    failed: list[BaseException] = []
    gate = threading.Barrier(len(works))

    def begin(work: Callable[[], None]) -> None:
        try:
            gate.wait()
            work()
        except BaseException as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=begin, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


@pytest.mark.django_db(transaction=True)
def test_twenty_people_at_once_never_get_more_than_wanted() -> None:
    project = crowd.opened(pictures=30, redundancy=2, accept_confidence=0.95, votes_cap=4)
    people = crowd.crowd_of(project, 20)
    answers = [crowd.choice(project, name) for name in ("cat", "dog")]

    def annotator(number: int) -> Callable[[], None]:
        def work() -> None:
            here = Project.objects.get(pk=project.pk)
            held = desk.work(people[number], here, votes=[], take=2, release=[]).tasks
            for turn in range(8):
                ballots = [
                    labeling.Ballot(key=crowd.uuid.uuid4(), task=one.task, answer=answers[(one.task + number) % 3 == 0])
                    for one in held[:1]
                ]
                back = [one.task for one in held[1:]] if turn % 3 == 0 else []
                done = desk.work(people[number], here, votes=list(ballots), take=2, release=back)
                assert all(one.status == "stored" for one in done.results)
                held = done.tasks

        return work

    run_together([annotator(number) for number in range(20)])
    crowd.sound(project)
    assert not Task.objects.filter(votes_counted__gt=4).exists()
    assert Seat.objects.filter(votes__gt=0).count() > 5
    assert sum(Seat.objects.values_list("votes", flat=True)) == Vote.objects.count()


@pytest.mark.django_db(transaction=True)
def test_the_last_place_goes_to_one_of_many() -> None:
    project = crowd.opened(pictures=1, redundancy=1)
    people = crowd.crowd_of(project, 8)
    got: list[int] = []

    def asker(number: int) -> Callable[[], None]:
        return lambda: got.extend(one.task for one in labeling.take(project, user_id=people[number].pk, want=1).tasks)

    run_together([asker(number) for number in range(8)])
    assert len(got) == 1
    assert Lease.objects.count() == 1
    crowd.sound(project)


@pytest.mark.django_db(transaction=True)
def test_the_same_ballot_from_many_connections_is_stored_once() -> None:
    project = crowd.opened(pictures=1, redundancy=3)
    (task,) = crowd.tasks_of(project)
    (ada,) = crowd.crowd_of(project, 1)
    ballot = labeling.Ballot(key=crowd.uuid.uuid4(), task=task, answer=crowd.choice(project, "cat"))
    said: list[str] = []

    def send() -> None:
        done = desk.work(ada, Project.objects.get(pk=project.pk), votes=[ballot], take=0, release=[])
        said.append(done.results[0].status)

    run_together([send] * 6)
    assert sorted(said) == ["repeated"] * 5 + ["stored"]
    assert Vote.objects.count() == 1
    assert Seat.objects.get().votes == 1
    crowd.sound(project)


@pytest.mark.django_db(transaction=True)
def test_two_people_walking_side_by_side_leave_no_task_behind() -> None:
    """Both meet each other's locked rows all the time; a row that was merely locked must not be passed for good."""
    project = crowd.opened(pictures=25, redundancy=2)
    people = crowd.crowd_of(project, 2)

    def annotator(number: int) -> Callable[[], None]:
        def work() -> None:
            here = Project.objects.get(pk=project.pk)
            held = desk.work(people[number], here, votes=[], take=1, release=[]).tasks
            for _ in range(60):
                ballots = [
                    labeling.Ballot(key=crowd.uuid.uuid4(), task=one.task, answer={"nothing": True}) for one in held
                ]
                held = desk.work(people[number], here, votes=list(ballots), take=1, release=[]).tasks

        return work

    run_together([annotator(0), annotator(1)])
    assert set(Task.objects.values_list("state", "votes_counted")) == {("closed", 2)}


def test_a_queue_row_is_made_when_first_needed() -> None:
    project = crowd.opened(pictures=0)
    assert not Queue.objects.filter(project=project).exists()
    labeling.bump_order(project.pk)
    assert Queue.objects.get(project=project).epoch == 1


def test_releasing_what_one_does_not_hold_changes_nothing() -> None:
    project = crowd.opened(pictures=1, redundancy=1)
    ada, bob = crowd.crowd_of(project, 2)
    held = crowd.take(project, ada)
    assert labeling.release(project, user_id=bob.pk, task_ids=held) == 0
    assert Lease.objects.count() == 1
    with pytest.raises(errors.NotFound):
        labeling.ask_again(project, 10**9, actor=ada)

"""How leases end: handed back, run out, or dropped with their task."""

# ruff: noqa: S608 - what is put into these statements are the words of sql.Dialect and placeholders, never a value

from django.db import connection, transaction

from annotate.labeling import sql
from annotate.labeling.facts import next_returned
from annotate.projects.models import Project


def release(project: Project, *, user_id: int, task_ids: list[int]) -> int:
    """Ends a person's leases on these tasks at once; ids without a lease of this person's are passed over."""
    if not task_ids:
        return 0
    with transaction.atomic():
        held = sql.rows(
            f"SELECT t.id FROM labeling_task t WHERE t.project_id = %s AND t.id IN ({sql.places(task_ids)})"
            " AND EXISTS (SELECT 1 FROM labeling_lease l WHERE l.task_id = t.id AND l.user_id = %s)"
            f" ORDER BY t.id {sql.dialect().lock}",
            [project.pk, *task_ids, user_id],
        )
        if not held:
            return 0
        ids = [row[0] for row in held]
        gone = sql.rows(
            f"DELETE FROM labeling_lease WHERE user_id = %s AND task_id IN ({sql.places(ids)}) RETURNING task_id",
            [user_id, *ids],
        )
        _give_back(project.pk, {row[0]: 1 for row in gone})
    return len(gone)


def expire_leases(*, project_id: int | None = None, limit: int = 500) -> int:
    """Ends leases whose time has passed by the database's clock; tasks locked by a vote at this moment are left.

    Locks the tasks before their leases, as every writer does.
    """
    now = sql.dialect().now
    mine, values = ("l.project_id = %s AND ", [project_id]) if project_id is not None else ("", [])
    lapsed = f"SELECT l.task_id FROM labeling_lease l WHERE {mine}l.expires_at <= {now} LIMIT %s"
    waiting = sorted({row[0] for row in sql.rows(lapsed, [*values, limit])})
    if not waiting:
        return 0
    with transaction.atomic(savepoint=False):
        tasks = sql.rows(
            f"SELECT id, project_id FROM labeling_task WHERE id IN ({sql.places(waiting)})"
            f" ORDER BY project_id, id {sql.dialect().skip_locked}",
            waiting,
        )
        if not tasks:
            return 0
        projects = dict(tasks)
        gone = sql.rows(
            f"DELETE FROM labeling_lease WHERE task_id IN ({sql.places(tasks)})"
            f" AND expires_at <= {now} RETURNING task_id",
            list(projects),
        )
        freed: dict[int, dict[int, int]] = {}
        for (task_id,) in gone:
            of_project = freed.setdefault(projects[task_id], {})
            of_project[task_id] = of_project.get(task_id, 0) + 1
        for project, numbers in sorted(freed.items()):
            _give_back(project, numbers)
    return len(gone)


def drop_leases(task_id: int) -> int:
    """Ends all leases on a locked task that is settled or gone; the number of leases left, which is none."""
    sql.run("DELETE FROM labeling_lease WHERE task_id = %s", [task_id])
    return 0


def _give_back(project_id: int, freed: dict[int, int]) -> None:
    """Takes leases off locked tasks and numbers the open ones as returned; locks the queue row."""
    if not freed:
        return
    newest = next_returned(project_id, len(freed))
    numbers = [(count, newest - place, task_id) for place, (task_id, count) in enumerate(freed.items())]
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE labeling_task SET leases_held = leases_held - %s, returned = %s WHERE id = %s", numbers
        )


def waiting_on_others(project: Project, user_id: int) -> int:
    """Open tasks that others hold at this moment and this person has not answered."""
    found = sql.rows(
        "SELECT count(DISTINCT l.task_id) FROM labeling_lease l JOIN labeling_task t ON t.id = l.task_id"
        f" WHERE l.project_id = %s AND l.user_id <> %s AND l.expires_at > {sql.dialect().now} AND t.state = 'open'"
        " AND NOT EXISTS (SELECT 1 FROM labeling_vote v WHERE v.task_id = t.id AND v.user_id = %s"
        " AND v.asking = t.asking AND NOT v.superseded)",
        [project.pk, user_id, user_id],
    )
    return int(found[0][0])


def leases_held(user_id: int) -> int:
    """How many tasks a person holds at this moment, in whatever project; the cost does not follow what others hold."""
    held = "SELECT count(*) FROM labeling_lease WHERE user_id = %s AND expires_at > "
    return int(sql.rows(held + sql.dialect().now, [user_id])[0][0])

"""What a take would most likely bring first, looked at without taking it: no lease, no seat, nothing moved."""

# ruff: noqa: S608 - what is put into these statements are the words of sql.Dialect and placeholders, never a value

from collections.abc import Sequence

from annotate.labeling import sql
from annotate.labeling.services.queue import FAR, START

_ROOM = (
    "SELECT t.id, t.rank, t.returned, t.asking FROM labeling_task t JOIN ingest_image i ON i.id = t.image_id"
    " WHERE t.project_id = p.id AND t.state = 'open' AND t.votes_counted + t.leases_held < t.votes_wanted"
    " AND i.state = 'ready' AND"
)
_FREE = (
    " WHERE NOT EXISTS (SELECT 1 FROM labeling_vote v WHERE v.task_id = c.id AND v.user_id = %s"
    " AND v.asking = c.asking AND NOT v.superseded)"
    " AND NOT EXISTS (SELECT 1 FROM labeling_lease l WHERE l.task_id = c.id AND l.user_id = %s)"
)
_SAME = "s.epoch = COALESCE(q.epoch, 0)"


def peek(user_id: int, project_ids: Sequence[int]) -> dict[int, int]:
    """For each of these projects the task that this person would go on with; projects without one are left out.

    One statement, which looks at no more than the next few hundred open tasks of each project: the person's own live
    lease, else the first task behind their place that they have not answered, else one that offers room again. A known
    question may still come in its stead, and others may take it meanwhile.
    """
    if not project_ids:
        return {}
    held = (
        "(SELECT l.task_id FROM labeling_lease l JOIN labeling_task t ON t.id = l.task_id"
        " JOIN ingest_image i ON i.id = t.image_id WHERE l.project_id = p.id AND l.user_id = %s"
        f" AND l.expires_at > {sql.dialect().now} AND t.state = 'open' AND i.state = 'ready' ORDER BY l.id LIMIT 1)"
    )
    ahead = (
        f"(SELECT c.id FROM ({_ROOM} (t.rank, t.id) > (CASE WHEN {_SAME} THEN s.rank ELSE {START} END,"
        f" CASE WHEN {_SAME} THEN s.task_id ELSE 0 END) ORDER BY t.rank, t.id LIMIT {FAR}) AS c{_FREE}"
        " ORDER BY c.rank, c.id LIMIT 1)"
    )
    behind = (
        f"(SELECT c.id FROM ({_ROOM} {_SAME} AND t.returned > s.returned ORDER BY t.returned LIMIT {FAR}) AS c{_FREE}"
        " ORDER BY c.returned LIMIT 1)"
    )
    found = sql.rows(
        f"SELECT p.id, COALESCE({held}, {ahead}, {behind}) FROM projects_project p"
        " LEFT JOIN labeling_queue q ON q.project_id = p.id"
        " LEFT JOIN labeling_seat s ON s.project_id = p.id AND s.user_id = %s"
        f" WHERE p.id IN ({sql.places(project_ids)})",
        [*[user_id] * 6, *project_ids],
    )
    return {project: task for project, task in found if task is not None}

"""Keeps frozen versions as they are, in the database itself.

SQLite rebuilds a table to change a column and loses its triggers then: a later migration that alters these tables has
to run `fence` again. The tests of datasets fail where one forgot.
"""

from django.db import migrations

FROZEN = (
    "project_id", "number", "state", "digest", "folder", "parent_id", "schema_number", "counts", "seed", "created_at",
)
TABLE = "datasets_datasetversion"
REFUSAL = "a frozen version never changes"


def statements(vendor):
    if vendor == "postgresql":
        changed = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in FROZEN)
        return [
            f"""CREATE FUNCTION datasets_keep_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF OLD.state = 'ready' AND (TG_OP = 'DELETE' OR {changed}) THEN
                    RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation';
                END IF;
                IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                RETURN NEW;
            END $$""",
            f"""CREATE TRIGGER datasets_keep_frozen BEFORE UPDATE OR DELETE ON {TABLE}
            FOR EACH ROW EXECUTE FUNCTION datasets_keep_frozen()""",
        ]
    changed = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in FROZEN)
    return [
        f"""CREATE TRIGGER datasets_keep_frozen_update BEFORE UPDATE ON {TABLE}
        WHEN OLD.state = 'ready' AND ({changed})
        BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END""",
        f"""CREATE TRIGGER datasets_keep_frozen_delete BEFORE DELETE ON {TABLE}
        WHEN OLD.state = 'ready'
        BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END""",
    ]


def drops(vendor):
    if vendor == "postgresql":
        return [f"DROP TRIGGER datasets_keep_frozen ON {TABLE}", "DROP FUNCTION datasets_keep_frozen()"]
    return ["DROP TRIGGER datasets_keep_frozen_update", "DROP TRIGGER datasets_keep_frozen_delete"]


def fence(apps, schema_editor):
    for statement in statements(schema_editor.connection.vendor):
        schema_editor.execute(statement, params=None)


def unfence(apps, schema_editor):
    for statement in drops(schema_editor.connection.vendor):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):

    dependencies = [("datasets", "0001_initial")]

    operations = [migrations.RunPython(fence, unfence)]

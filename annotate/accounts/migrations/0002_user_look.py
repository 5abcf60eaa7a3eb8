from django.db import migrations, models

from annotate.core import names


def fill_looks(apps, schema_editor):
    for user in apps.get_model("accounts", "User").objects.all():
        user.look = names.look_of(user.username)[:150]
        user.save(update_fields=["look"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="look",
            field=models.CharField(default="", editable=False, max_length=150),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="user",
            name="may_create_projects",
            field=models.BooleanField(default=False),
        ),
        migrations.RunPython(fill_looks, migrations.RunPython.noop),
    ]

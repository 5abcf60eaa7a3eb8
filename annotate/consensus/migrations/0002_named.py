from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("consensus", "0001_initial")]

    operations = [
        migrations.AddField("consensus", "named", models.JSONField(default=dict)),
    ]

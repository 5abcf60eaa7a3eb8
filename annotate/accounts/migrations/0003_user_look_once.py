from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_user_look")]

    operations = [
        migrations.AddConstraint(
            model_name="user",
            constraint=models.UniqueConstraint(fields=("look",), name="user_look_once"),
        ),
    ]

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """One person. `first_name` holds the shown name; the server admin is a superuser."""

    language = models.CharField(max_length=10, default="", blank=True)
    theme = models.CharField(max_length=10, default="", blank=True)

    @property
    def name(self) -> str:
        return self.first_name or self.username


class ResetLink(models.Model):
    """A one-time right to set a new password; only the hash of its token is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="reset_links")
    token_hash = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

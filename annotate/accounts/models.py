from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models

from annotate.core import names


class User(AbstractUser):
    """One person. `first_name` holds the shown name; the server admin is a superuser.

    `look` is the same for user names that a reader could take for one another, and unique.
    """

    look = models.CharField(max_length=150, editable=False)
    language = models.CharField(max_length=10, default="", blank=True)
    theme = models.CharField(max_length=10, default="", blank=True)
    may_create_projects = models.BooleanField(default=False)
    # Came by an open link: chose a name and nothing else. No password, no projects but those of the links.
    volunteer = models.BooleanField(default=False)

    class Meta(AbstractUser.Meta):
        constraints = [models.UniqueConstraint(fields=["look"], name="user_look_once")]

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.look = names.look_of(self.username)[:150]
        super().save(*args, **kwargs)

    @property
    def name(self) -> str:
        return self.first_name or self.username

    @property
    def creates_projects(self) -> bool:
        return (self.is_superuser or self.may_create_projects) and not self.volunteer


class ResetLink(models.Model):
    """A one-time right to set a new password; only the hash of its token is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="reset_links")
    token_hash = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class ComeBackLink(models.Model):
    """A volunteer's private way back on another device; only its token's hash is kept, and a new one replaces it."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now=True)


class ApiToken(models.Model):
    """What a script of one person shows instead of a password; only its hash is kept, and how it begins.

    `scopes` are names of `core.grants.Scope`. `project_id` is a plain id, as accounts know nothing of projects.
    `last_used_at` is coarse: written once in some minutes.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=100)
    token_hash = models.CharField(max_length=64, unique=True)
    start = models.CharField(max_length=16)
    scopes = models.JSONField(default=list)
    project_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

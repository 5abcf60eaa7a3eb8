from django.db import models


class Taxonomy(models.Model):
    """A named collection of concepts; a project that pastes its own list gets one of its own."""

    name = models.CharField(max_length=200)
    source = models.CharField(max_length=40, default="list")
    version = models.CharField(max_length=40, default="1")
    created_at = models.DateTimeField(auto_now_add=True)


class Concept(models.Model):
    """A class as an idea: what it is called, what it means, what lies above it."""

    taxonomy = models.ForeignKey(Taxonomy, on_delete=models.CASCADE, related_name="concepts")
    key = models.CharField(max_length=200)
    name = models.CharField(max_length=200)
    definition = models.TextField(default="", blank=True)
    synonyms = models.JSONField(default=list)
    parents = models.ManyToManyField("self", symmetrical=False, related_name="children")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["taxonomy", "key"], name="concept_key_once")]

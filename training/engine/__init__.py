"""Plain PyTorch: a version folder in, a run folder out. Nothing here knows of Django (docs/engine.md)."""

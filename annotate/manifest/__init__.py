"""The dataset version on disk: what crosses from annotation to training and to researchers (docs/manifest.md)."""

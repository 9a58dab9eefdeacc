"""A run's progress: what is known of its trials while they run, and how that is shown."""

from evolve.progress.watchers import Watcher, told_to, watching

__all__ = ["Watcher", "told_to", "watching"]

"""Playbooks as data, the schema they are checked against, and the loader."""

from prompts.loader import load_playbook, playbook_folder

__all__ = ["load_playbook", "playbook_folder"]

"""The call copilot."""

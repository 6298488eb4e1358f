"""Adapters to the heavy runtimes, and the weights they need."""

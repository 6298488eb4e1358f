"""Annotated calls, evaluation against them, rehearsals."""

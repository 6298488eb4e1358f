"""The overlay's server: sees events, posts commands, never touches a session."""

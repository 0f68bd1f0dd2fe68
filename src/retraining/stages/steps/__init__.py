"""Parts that two stages share. Stages import these, never each other."""

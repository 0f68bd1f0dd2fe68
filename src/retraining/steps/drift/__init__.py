"""The newest batch compared with what the champion was trained on."""

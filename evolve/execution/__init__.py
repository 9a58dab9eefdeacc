"""Running trials: what one trial does, and where many of them run."""

"""Songs as sound: tones, instruments, a mix with reverb, and compressed files."""

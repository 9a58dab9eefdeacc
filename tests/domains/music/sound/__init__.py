"""Instruments, their mix, and songs as sound."""

"""The second domain: abstract pictures, drawn in a moment and bred by eye."""

from evolve.domains.pictures.domain import Pictures

DOMAIN = Pictures()

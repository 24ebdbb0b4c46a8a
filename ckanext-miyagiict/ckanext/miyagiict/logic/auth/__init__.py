"""Who may do what."""

from . import catalogue, harvest
from .catalogue import *  # noqa: F403
from .harvest import *  # noqa: F403

__all__ = [*catalogue.__all__, *harvest.__all__]

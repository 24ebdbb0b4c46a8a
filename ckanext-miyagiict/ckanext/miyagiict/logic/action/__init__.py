"""Actions: validate, authorise, work, dictize."""

from . import catalogue, harvest, kpi, observation
from .catalogue import *  # noqa: F403
from .harvest import *  # noqa: F403
from .kpi import *  # noqa: F403
from .observation import *  # noqa: F403

__all__ = [*catalogue.__all__, *harvest.__all__, *kpi.__all__, *observation.__all__]

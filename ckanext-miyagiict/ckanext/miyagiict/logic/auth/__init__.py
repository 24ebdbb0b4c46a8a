"""Who may do what."""

from . import adoption, catalogue, chain, harvest, kpi, municipality
from .adoption import *  # noqa: F403
from .catalogue import *  # noqa: F403
from .chain import *  # noqa: F403
from .harvest import *  # noqa: F403
from .kpi import *  # noqa: F403
from .municipality import *  # noqa: F403

__all__ = [*adoption.__all__, *catalogue.__all__, *chain.__all__, *harvest.__all__, *kpi.__all__, *municipality.__all__]

"""Pages and addresses of ours; they ask actions and decide nothing."""

from .datapackage import datapackage
from .forgery import forgery
from .harvest import harvest
from .kpi_configure import kpi_configure
from .kpi_report import kpi_report
from .kpi_staff import kpi_staff
from .plan import plan
from .preview import preview
from .site import site

__all__ = ["datapackage", "forgery", "harvest", "kpi_configure", "kpi_report", "kpi_staff", "plan", "preview", "site"]

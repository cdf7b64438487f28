"""Rows of queries into files: the ``export`` of every session and client."""

from matrixone_export.formats import CsvOptions, ExportFormat, OptionError
from matrixone_export.manager import AsyncExportManager, ExportManager
from matrixone_export.operations import Export

__all__ = ["AsyncExportManager", "CsvOptions", "Export", "ExportFormat", "ExportManager", "OptionError"]

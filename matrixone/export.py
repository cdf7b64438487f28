"""What the plugin ``export`` offers, by the module that other programs import it from."""

from typing import TYPE_CHECKING

from matrixone.elsewhere import names_of

if TYPE_CHECKING:
    from matrixone_export import (
        AsyncExportManager,
        CsvOptions,
        Export,
        ExportFormat,
        ExportManager,
        OptionError,
    )

__all__ = [
    "AsyncExportManager",
    "CsvOptions",
    "Export",
    "ExportFormat",
    "ExportManager",
    "OptionError",
]

__getattr__ = names_of("matrixone_export", __all__)

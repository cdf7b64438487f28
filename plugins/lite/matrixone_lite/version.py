"""What the server calls itself: the MatrixOne it answers as, and that it is this one."""

from typing import Final

VERSION: Final = "8.0.30-MatrixOne-v4.2.0-lite"

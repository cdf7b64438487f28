"""The syntax tree: one frozen dataclass for every construct."""

from matrixone_lite.sql.ast.admin import *  # noqa: F403
from matrixone_lite.sql.ast.branches import *  # noqa: F403
from matrixone_lite.sql.ast.ddl import *  # noqa: F403
from matrixone_lite.sql.ast.dml import *  # noqa: F403
from matrixone_lite.sql.ast.expressions import *  # noqa: F403
from matrixone_lite.sql.ast.nodes import *  # noqa: F403
from matrixone_lite.sql.ast.queries import *  # noqa: F403
from matrixone_lite.sql.ast.routines import *  # noqa: F403
from matrixone_lite.sql.ast.session import *  # noqa: F403
from matrixone_lite.sql.ast.types import *  # noqa: F403

"""Changes have a moment."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("changes", sa.Column("at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE changes SET at = CURRENT_TIMESTAMP")
    with op.batch_alter_table("changes") as table:
        table.alter_column("at", existing_type=sa.DateTime(timezone=True), nullable=False)
    op.execute("UPDATE jobs SET state = 'failed' WHERE kind = 'rebuild' AND state IN ('queued', 'running')")

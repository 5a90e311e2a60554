"""Several senders of one case, each with a seat; runs that were cancelled."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Give each sender a seat; keep which runs were cancelled."""
    op.create_table(
        "seat",
        sa.Column("case_ref", sa.String(), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("token", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("case_ref", "seat"),
    )
    op.execute(
        "INSERT INTO seat (case_ref, seat, token, owner, until) "
        "SELECT case_ref, 0, token, owner, until FROM sender"
    )
    op.drop_table("sender")
    op.rename_table("seat", "sender")
    op.create_table(
        "cancelled_run",
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("case_ref", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("run_id"),
    )


def downgrade() -> None:
    """Leave one sender a case."""
    op.drop_table("cancelled_run")
    op.create_table(
        "one_sender",
        sa.Column("case_ref", sa.String(), nullable=False),
        sa.Column("token", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("case_ref"),
    )
    op.execute(
        "INSERT INTO one_sender (case_ref, token, owner, until) "
        "SELECT case_ref, MAX(token), MAX(owner), MAX(until) FROM sender GROUP BY case_ref"
    )
    op.drop_table("sender")
    op.rename_table("one_sender", "sender")

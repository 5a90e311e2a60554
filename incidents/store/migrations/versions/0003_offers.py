"""Codes of what people are offered, and who was given which."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add pools, their codes, and whom each was given to."""
    op.create_table(
        "offer_pool",
        sa.Column("pool", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("until", sa.String(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("pool"),
    )
    op.create_table(
        "offer_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pool", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("pool", "code"),
    )
    op.create_table(
        "offer_given",
        sa.Column("case_ref", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("code_id", sa.Integer(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("case_ref", "person_id"),
        sa.UniqueConstraint("code_id"),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("offer_given")
    op.drop_table("offer_code")
    op.drop_table("offer_pool")

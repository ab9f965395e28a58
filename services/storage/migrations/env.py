"""Alembic's entry: runs the migrations on the engine that `storage/migrate.py` hands over."""

from alembic import context

from services.storage.tables import metadata


def run() -> None:
    engine = context.config.attributes["engine"]
    with engine.begin() as connection:
        context.configure(
            connection=connection,
            target_metadata=metadata,
            render_as_batch=True,
            user_module_prefix="tables.",
        )
        with context.begin_transaction():
            context.run_migrations()


run()

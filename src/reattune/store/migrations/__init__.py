"""The steps from one version of the tables to the next, run by Alembic when a practice is opened.

A new step: change ``tables.py``, add ``versions/m0002_what.py`` with ``revision = "0002"``, ``down_revision = "0001"`` and
an ``upgrade()`` that does the same to tables with rows in them (``op.batch_alter_table``, as SQLite alters little). A
step that was released is never changed. The store's tests compare what the steps make with ``tables.py``.
"""

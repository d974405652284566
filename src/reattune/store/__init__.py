"""Where a practice is kept: tables, the encrypted database, audit, backup."""

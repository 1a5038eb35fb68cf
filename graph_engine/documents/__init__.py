"""What people write: documents, read, saved, migrated, compared, locked, built in Python."""

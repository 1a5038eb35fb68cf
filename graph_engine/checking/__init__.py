"""Whether a document fits the packs that are here: every problem, migrations, the lock."""

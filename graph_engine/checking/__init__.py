"""What is wrong with a document, all of it, before anything runs."""

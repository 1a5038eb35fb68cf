"""What the server keeps and does, without HTTP: jobs, events, library, uploads, people."""

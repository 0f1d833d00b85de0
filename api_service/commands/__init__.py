"""What `kulla VERB` does, a file a subject. Each imports what it needs inside, so that `kulla --help` is quick."""

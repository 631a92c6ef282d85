"""Import and export: files on one side, complete records on the other. Nothing here knows of pages or terminals."""

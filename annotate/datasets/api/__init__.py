"""The routes of the data page, of versions and of exports; each noun has its own file."""

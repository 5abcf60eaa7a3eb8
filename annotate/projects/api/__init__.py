"""The routes of projects; each noun has its own file."""

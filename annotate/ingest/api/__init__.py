"""The routes of deliveries and of pictures; each noun has its own file."""

"""What `manage.py doctor` looks at: each module looks at one thing and returns findings."""

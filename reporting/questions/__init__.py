"""Questions of one's own: the published views, what may be asked of them, how it is read, and what is kept."""

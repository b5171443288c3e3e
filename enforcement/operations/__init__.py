"""What can be done in enforcement. Each public function is one transaction."""

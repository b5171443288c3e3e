"""What customers see: buying a permit, and the permits that they have."""

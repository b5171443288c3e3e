"""What staff see of permits."""

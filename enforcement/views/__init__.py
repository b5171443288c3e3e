"""Pages of enforcement, by who reads them."""

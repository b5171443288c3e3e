"""What an operator's Prometheus reads: requests, queues and jobs, of the platform and of its tenants."""

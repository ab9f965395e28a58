"""What keeps a device looked after: doctor, status, logs, metrics, recordings."""

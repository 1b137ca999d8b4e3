"""Mail: queued, rendered, sent to a real server, bounced."""

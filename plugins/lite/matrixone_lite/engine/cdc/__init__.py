"""Change data capture: tasks that copy tables to a server as they change."""

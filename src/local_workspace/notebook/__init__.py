"""What runs inside a task: source notebooks, and the dbutils and display that they get."""

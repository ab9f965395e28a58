"""What was noticed, kept until the server has it."""

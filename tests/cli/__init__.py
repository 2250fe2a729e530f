"""The commands as an operator types them: answers, exit codes, and what they refuse."""

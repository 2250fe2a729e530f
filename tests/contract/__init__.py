"""What others rely on by name: commands, addresses, signatures, documents; at both ends."""

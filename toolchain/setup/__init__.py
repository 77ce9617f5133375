"""Installs what this checkout needs: Node, Terraform, bytecode, commands."""

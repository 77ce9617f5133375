"""The guard: refuses a Terraform plan that could hurt."""

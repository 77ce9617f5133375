"""The Terraform-generating library: model, catalogue, constructs and the HCL2 writer."""

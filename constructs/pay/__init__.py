"""The Terraform-generating library of GOV.UK Pay: model, catalogue, constructs and the HCL2 writer."""

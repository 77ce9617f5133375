"""The traffic lab: sends requests by name while Terraform moves a service from EC2 to Fargate."""

# AWS Config: ECR_PRIVATE_LIFECYCLE_POLICY_CONFIGURED
# flagged by: repositories_expire_old_images

resource "aws_ecr_repository" "this" {
  name = "payments"

  image_scanning_configuration {
    scan_on_push = true
  }
}

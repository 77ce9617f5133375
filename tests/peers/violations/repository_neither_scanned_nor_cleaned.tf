# AWS Config: ECR_PRIVATE_IMAGE_SCANNING_ENABLED
# AWS Config: ECR_PRIVATE_LIFECYCLE_POLICY_CONFIGURED
# flagged by: CKV_AWS_163 repositories_expire_old_images

resource "aws_ecr_repository" "this" {
  name = "payments"
}

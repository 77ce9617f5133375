# AWS Config: ECR_PRIVATE_IMAGE_SCANNING_ENABLED
# flagged by: CKV_AWS_163

resource "aws_ecr_repository" "this" {
  name = "payments"
}

resource "aws_ecr_lifecycle_policy" "this" {
  policy = jsonencode({
    rules = [
      {
        action       = { type = "expire" }
        rulePriority = 1
        selection    = { countNumber = 50, countType = "imageCountMoreThan", tagStatus = "any" }
      },
    ]
  })
  repository = aws_ecr_repository.this.name
}

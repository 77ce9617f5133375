# AWS Config: GUARDDUTY_ENABLED_CENTRALIZED
# flagged by: CKV_AWS_238

resource "aws_guardduty_detector" "this" {
  enable = false
}

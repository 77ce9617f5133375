# AWS Config: CLOUDWATCH_ALARM_ACTION_CHECK
# flagged by: alarms_notify_somebody

resource "aws_cloudwatch_metric_alarm" "this" {
  alarm_name          = "payments"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 1
  threshold           = 1
}

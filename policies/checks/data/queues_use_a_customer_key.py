"""SQS queues must be encrypted with a customer managed key.

Access to SQS's own key, or to `alias/aws/sqs`, cannot be limited to the systems that need it.
checkov's own checks accept the first.
"""

from policies.engine.rule import rule
from policies.reading.settings import no_customer_key

judge = rule("aws_sqs_queue")(lambda queue: no_customer_key(queue, "kms_master_key_id"))

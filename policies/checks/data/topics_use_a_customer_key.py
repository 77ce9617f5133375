"""SNS topics must be encrypted with a customer managed key.

Access to AWS's own key (`alias/aws/sns`) cannot be limited to the systems that need it. checkov's
own check accepts it.
"""

from policies.engine.rule import rule
from policies.reading.settings import no_customer_key

judge = rule("aws_sns_topic")(lambda topic: no_customer_key(topic, "kms_master_key_id"))

"""Breaks of the web ACL in front of what the public reaches, on each side."""

from tests.policies.mutations import ALB, CONNECTOR, FRONTEND, Mutation

RULE = "CKV2_AWS_28"
SIDES = {"EC2": "production-2-frontend-ec2", "Fargate": FRONTEND}
ASSOCIATION = "aws_wafv2_web_acl_association.web_acl_association"
WHOLE = (
    'resource "aws_wafv2_web_acl_association" "web_acl_association" { '
    "resource_arn = aws_lb.alb.arn web_acl_arn = data.aws_wafv2_web_acl.web_acl.arn }"
)

WEB_ACL_MUTATIONS = (
    Mutation(RULE, CONNECTOR, ALB, "internal = true", "internal = false"),
    *(
        Mutation(RULE, stack, ASSOCIATION, find, put, way=f"{what} on {side}")
        for side, stack in SIDES.items()
        for what, find, put in (
            (
                "protects something else",
                "resource_arn = aws_lb.alb.arn",
                "resource_arn = aws_lb_listener.https.arn",
            ),
            ("is gone", WHOLE, ""),
        )
    ),
)

"""Load balancers must be internal unless their service is declared public.

A component that handles card data must not become reachable from the internet by mistake. A public
load balancer has the tag `Exposure = "public"`, which a reviewer sees.
"""

from policies.engine.rule import rule
from policies.reading.stack import Block


@rule("aws_lb", "aws_alb")
def judge(load_balancer: Block) -> list[str]:
    internal = load_balancer.get("internal")
    if internal is True or load_balancer.get("tags", "Exposure") == "public":
        return []
    return [f"internal is {internal!r} without the tag Exposure = 'public'"]

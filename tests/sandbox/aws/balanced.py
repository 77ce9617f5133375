"""A load balancer with one service behind it, for the tests of ECS and of targets."""

from collections.abc import Callable
from typing import Any

PORT = 8080
Client = Callable[[str], Any]


class BalancedService:
    """An ECS service called `name`, in a cluster of that name, behind its own load balancer.

    `target_type` decides the launch type: `ip` is Fargate, `instance` is EC2.
    """

    def __init__(self, client: Client, name: str, subnets: list[str], target_type: str) -> None:
        self.ecs, self.elbv2, self.ec2 = client("ecs"), client("elbv2"), client("ec2")
        self.autoscaling = client("autoscaling")
        self.name, self.subnets, self.is_fargate = name, subnets, target_type == "ip"
        vpc_id = self.ec2.describe_subnets(SubnetIds=subnets)["Subnets"][0]["VpcId"]
        self.ecs.create_cluster(clusterName=name)
        balancer = self.elbv2.create_load_balancer(Name=name, Subnets=subnets, Scheme="internal")
        self.balancer_arn = balancer["LoadBalancers"][0]["LoadBalancerArn"]
        group = self.elbv2.create_target_group(
            Name=name, Protocol="HTTP", Port=PORT, VpcId=vpc_id, TargetType=target_type
        )
        self.group_arn = group["TargetGroups"][0]["TargetGroupArn"]

    def listen(self, port: int = 80) -> str:
        action = {"Type": "forward", "TargetGroupArn": self.group_arn}
        answer = self.elbv2.create_listener(
            LoadBalancerArn=self.balancer_arn, Protocol="HTTP", Port=port, DefaultActions=[action]
        )
        return str(answer["Listeners"][0]["ListenerArn"])

    def register(self, tag: str = "1", memory: int = 512, **more: Any) -> str:
        container: dict[str, Any] = {
            "name": "app",
            "image": f"govukpay/app:{tag}",
            "cpu": 256,
            "memory": memory,
            "portMappings": [{"containerPort": PORT}],
            **more,
        }
        answer = self.ecs.register_task_definition(
            family=self.name,
            requiresCompatibilities=["FARGATE" if self.is_fargate else "EC2"],
            networkMode="awsvpc" if self.is_fargate else "bridge",
            cpu="256",
            memory=str(memory),
            containerDefinitions=[container],
        )
        return str(answer["taskDefinition"]["taskDefinitionArn"])

    def create(self, tag: str = "1", count: int = 2, **more: Any) -> None:
        network = {"awsvpcConfiguration": {"subnets": self.subnets, "securityGroups": []}}
        settings: dict[str, Any] = {"networkConfiguration": network} if self.is_fargate else {}
        breaker = {"enable": True, "rollback": True}
        settings["deploymentConfiguration"] = {"deploymentCircuitBreaker": breaker}
        settings["launchType"] = "FARGATE" if self.is_fargate else "EC2"
        self.ecs.create_service(
            cluster=self.name,
            serviceName=self.name,
            taskDefinition=self.register(tag),
            desiredCount=count,
            loadBalancers=[
                {
                    "targetGroupArn": self.group_arn,
                    "containerName": "app",
                    "containerPort": PORT,
                }
            ],
            **(settings | more),
        )

    def update(self, **settings: Any) -> None:
        self.ecs.update_service(cluster=self.name, service=self.name, **settings)

    def delete(self) -> None:
        self.ecs.delete_service(cluster=self.name, service=self.name, force=True)

    @property
    def described(self) -> dict[str, Any]:
        answer = self.ecs.describe_services(cluster=self.name, services=[self.name])
        return dict(answer["services"][0])

    @property
    def tasks(self) -> list[dict[str, Any]]:
        arns = self.ecs.list_tasks(cluster=self.name, serviceName=self.name)["taskArns"]
        return list(self.ecs.describe_tasks(cluster=self.name, tasks=arns)["tasks"]) if arns else []

    @property
    def health(self) -> list[str]:
        answer = self.elbv2.describe_target_health(TargetGroupArn=self.group_arn)
        return [entry["TargetHealth"]["State"] for entry in answer["TargetHealthDescriptions"]]

    @property
    def targets(self) -> list[tuple[str, int]]:
        answer = self.elbv2.describe_target_health(TargetGroupArn=self.group_arn)
        entries = [entry["Target"] for entry in answer["TargetHealthDescriptions"]]
        return [(target["Id"], target["Port"]) for target in entries]

    def start_instances(self, count: int, *, segment: str = "general") -> None:
        """Create an Auto Scaling group whose instances join this cluster by their user data."""
        user_data = (
            f"echo ECS_CLUSTER={self.name} >> /etc/ecs/ecs.config\n"
            f'echo \'ECS_INSTANCE_ATTRIBUTES={{"segment":"{segment}"}}\' >> /etc/ecs/ecs.config\n'
        )
        name = f"{self.name}-{segment}"
        self.autoscaling.create_launch_configuration(
            LaunchConfigurationName=name,
            ImageId="ami-0123456789abcdef0",
            InstanceType="m6g.large",
            UserData=user_data,
        )
        self.autoscaling.create_auto_scaling_group(
            AutoScalingGroupName=name,
            LaunchConfigurationName=name,
            MinSize=0,
            MaxSize=9,
            DesiredCapacity=count,
            VPCZoneIdentifier=",".join(self.subnets),
        )

    def resize_instances(self, count: int, *, segment: str = "general") -> None:
        self.autoscaling.set_desired_capacity(
            AutoScalingGroupName=f"{self.name}-{segment}", DesiredCapacity=count
        )

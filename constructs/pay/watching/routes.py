"""The rules of EventBridge that send findings, and the queue of those that reach nobody."""

from constructs import Construct

from imports.aws.cloudwatch_event_rule import CloudwatchEventRule
from imports.aws.cloudwatch_event_target import (
    CloudwatchEventTarget,
    CloudwatchEventTargetDeadLetterConfig,
    CloudwatchEventTargetInputTransformer,
    CloudwatchEventTargetRetryPolicy,
)
from pay.existing.messaging import topic_arn
from pay.iam.document import policy_document
from pay.model import addresses, names
from pay.model.environment.account import Account
from pay.model.monitoring.dead_letters import findings_alarm
from pay.model.rights.keys_and_topics import encrypts_events, keeps_untold_findings
from pay.model.watching.accounts import Level, Watching
from pay.platform.keys import encryption_key
from pay.tasks.dead_letters import dead_letter_queue
from pay.watching.ways import LONGEST_SECONDS, RETRIES, Route, routes


class FindingRoutes:
    """A rule with its target for each way, and one queue for what reached no topic."""

    def __init__(self, scope: Construct, account: Account, watching: Watching) -> None:
        self._scope, self._account, self._topics = scope, account, dict[str, str]()
        self._watching = watching
        key = encryption_key(
            scope,
            "findings",
            environment=account,
            alias=names.finding_key_alias(account.name),
            description=f"Findings of account {account.name} that reached no topic",
            used_by=[encrypts_events()],
        )
        self._dead_letters = dead_letter_queue(
            scope,
            names.finding_dead_letters(account.name),
            owner=account.name,
            key=key,
            alarm=findings_alarm(account),
            topic=self._topic(Level.PAGE),
            policy=policy_document(keeps_untold_findings(account)),
        )
        for route in routes(account):
            self._tell(route)

    def _tell(self, route: Route) -> None:
        rule = CloudwatchEventRule(
            self._scope,
            addresses.finding_rule(route.name).id,
            name=names.finding_rule(self._account.name, route.name),
            description=f"Tells {route.about}: {route.level}",
            event_pattern=route.event_pattern,
            state=route.state,
        )
        CloudwatchEventTarget(
            self._scope,
            addresses.finding_target(route.name).id,
            rule=rule.name,
            target_id=route.level,
            arn=self._topic(route.level),
            input_transformer=CloudwatchEventTargetInputTransformer(
                input_paths=dict(route.message.paths), input_template=route.message.template
            ),
            dead_letter_config=CloudwatchEventTargetDeadLetterConfig(arn=self._dead_letters.arn),
            retry_policy=CloudwatchEventTargetRetryPolicy(
                maximum_event_age_in_seconds=LONGEST_SECONDS, maximum_retry_attempts=RETRIES
            ),
        )

    def _topic(self, level: Level) -> str:
        """Return the ARN of a level's topic, which is looked up once."""
        name = self._watching.topics.of(level)
        if name not in self._topics:
            self._topics[name] = topic_arn(self._scope, f"{level}_topic", name)
        return self._topics[name]

from aws_cdk import (
    Acknowledgment,
    App,
    Duration,
    Environment,
    RemovalPolicy,
    Stack,
    Validations,
)
from aws_cdk.aws_cloudwatch import Alarm
from aws_cdk.aws_dynamodb import Billing
from aws_cdk.aws_iam import AccountRootPrincipal, Role
from cdk_credstash import Compartment, CompartmentAccess, CompartmentStack

app = App()
Validations.of(app).add_plugins(CompartmentAccess(require_scopes=["staging"]))
env = Environment(account="123456789012", region="eu-west-1")
prod = CompartmentStack(
    app,
    "Prod",
    env=env,
    description="Secrets of production",
    compartment_name="prod",
).compartment
staging = CompartmentStack(
    app,
    "Staging",
    env=env,
    compartment_name="staging",
    bind_names=True,
    billing=Billing.on_demand(max_read_request_units=100),
    removal_policy=RemovalPolicy.DESTROY,
).compartment

stack = Stack(app, "Application", env=env)


def role(id):
    return Role(stack, id, assumed_by=AccountRootPrincipal())


prod.grant_read(role("Reader"))
prod.grant_write(role("Writer"), names=["app/*"], context={"env": "prod"})
prod.grant_list(role("Lister"))
prod.grant_delete(role("Deleter"), names=["app/*"])
prod.grant_rewrap(role("Rewrapper"))
admin = role("Admin")
prod.grant_admin(admin)
Validations.of(admin).acknowledge(
    Acknowledgment(
        id="CompartmentAccess::ReaderCanWrite", reason="It restores backups."
    )
)
staging.grants.read(role("NamedReader"), names=["app/db.password", "web/*"])

by_name = Compartment.from_compartment_name(stack, "ByName", "shared")
by_name.grants.read(role("SharedReader"), names=["app/db.password"])
by_attributes = Compartment.from_compartment_attributes(
    stack,
    "ByAttributes",
    compartment_name="other",
    table_arn="arn:aws:dynamodb:eu-west-1:123456789012:table/other-credentials",
    key_arn="arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000000",
    bind_names=True,
)
by_attributes.grants.write(role("OtherWriter"), names=["app/*"])

Alarm(
    stack,
    "Throttled",
    metric=prod.metric_throttled_requests(period=Duration.minutes(1)),
    threshold=1,
    evaluation_periods=1,
)
app.synth()

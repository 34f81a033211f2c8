"""moto's server, with three things that CloudFormation does and moto 5.2.5 does not.

Of each type that CloudFormation makes, moto takes the last direct subclass of CloudFormationModel.
What such a class here can't do as CloudFormation does, it refuses: nothing in a template is left
out in silence.
"""

import json
import sys
from typing import Any

from moto.cloudformation.exceptions import ValidationError
from moto.core.common_models import CloudFormationModel
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.table import Table
from moto.iam.exceptions import DeleteConflictException
from moto.iam.models import ManagedPolicy, iam_backends
from moto.kms.models import Key
from moto.server import main
from moto.utilities.utils import get_partition

OF_TABLE = {"TableName", "KeySchema", "AttributeDefinitions", "BillingMode", "Replicas"}
OF_REPLICA = {"Region", "DeletionProtectionEnabled", "PointInTimeRecoverySpecification", "Tags"}
# What an ordinary table has as its own.
OF_TABLE_OR_REPLICA = {"DeletionProtectionEnabled", "Tags"}

Json = dict[str, Any]


class GlobalTable(Table, CloudFormationModel):
    """moto skips this type, with a warning.

    CloudFormation makes a table in each region of Replicas, and gives it what that replica says.
    With the stack's region alone, that is one ordinary table, which moto has.
    """

    __module__ = Table.__module__  # moto reads the service from it

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::DynamoDB::GlobalTable"

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, resource: Json, account_id: str, region: str, **kwargs: Any
    ) -> Table:
        properties = resource["Properties"]
        replicas = properties["Replicas"]
        if [replica["Region"] for replica in replicas] != [region]:
            raise ValidationError(message=f"Only a replica in {region} is supported here")
        [replica] = replicas
        unknown = (set(properties) - OF_TABLE) | (set(replica) - OF_REPLICA)
        if unknown:
            raise ValidationError(message=f"Not supported here: {sorted(unknown)}")

        of_replica = {key: replica[key] for key in OF_TABLE_OR_REPLICA if key in replica}
        table = super().create_from_cloudformation_json(
            resource_name, {"Properties": {**properties, **of_replica}}, account_id, region, **kwargs
        )
        if "PointInTimeRecoverySpecification" in replica:
            dynamodb_backends[account_id][region].update_continuous_backups(
                table.name, replica["PointInTimeRecoverySpecification"]
            )
        return table


class KeyAsKmsTakesIt(Key, CloudFormationModel):
    """moto keeps the KeyPolicy of a template as an object, and then fails to describe the key.

    KMS is given, and gives back, a policy's text. And its tags have other fields than those of a template.
    """

    __module__ = Key.__module__

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, resource: Json, account_id: str, region: str, **kwargs: Any
    ) -> Key:
        properties = resource["Properties"]
        policy = json.dumps(properties["KeyPolicy"])
        tags = [
            {"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in properties.get("Tags", [])
        ]
        as_taken = {"Properties": {**properties, "KeyPolicy": policy, "Tags": tags}}
        return super().create_from_cloudformation_json(
            resource_name, as_taken, account_id, region, **kwargs
        )


class DeletedManagedPolicy(ManagedPolicy, CloudFormationModel):
    """moto leaves a managed policy behind when it deletes the stack.

    CloudFormation deletes it, and fails, as IAM does, if it is attached. One that attaches itself,
    by Groups, Roles or Users, CloudFormation detaches first: here it fails, too.
    """

    __module__ = ManagedPolicy.__module__

    @classmethod
    def delete_from_cloudformation_json(
        cls, resource_name: str, resource: Json, account_id: str, region: str
    ) -> None:
        backend = iam_backends[account_id][get_partition(region)]
        if backend.get_policy(resource_name).attachment_count > 0:
            raise DeleteConflictException("Cannot delete a policy attached to entities.")
        backend.delete_policy(resource_name)


if __name__ == "__main__":
    sys.exit(main())

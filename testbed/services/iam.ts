import { randomBytes, randomUUID } from 'node:crypto';

import type { PolicyDocument } from '../policy';
import { ServiceError, text, type Call, type Operation, type Principal } from '../service';
import { ManagedPolicies, notFound, onResource } from './managed-policies';

interface Role {
  readonly arn: string;
  readonly trust: PolicyDocument;
  readonly attached: Set<string>;
  readonly inline: Map<string, PolicyDocument>;
}

/** An access key, and whose it is. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly principal: Principal;
}

/** IAM and STS: roles, managed policies and access keys, in every region the same. */
export class Identities {
  private readonly roles = new Map<string, Role>();
  private readonly policies = new ManagedPolicies();
  private readonly accessKeys = new Map<string, AccessKey>();

  /** An access key of a user who may do anything in an account. */
  createAdministrator(account: string): AccessKey {
    const arn = `arn:aws:iam::${account}:user/admin`;
    const everything: PolicyDocument = {
      Statement: { Effect: 'Allow', Action: '*', Resource: '*' },
    };
    return this.issue('AKIA', { account, arn, arns: [arn], policies: () => [everything] });
  }

  accessKey(accessKeyId: string): AccessKey | undefined {
    return this.accessKeys.get(accessKeyId);
  }

  readonly iam = (call: Call): Operation => {
    const { action, input, caller } = call;
    const named = () => roleArn(caller.account, text(input, 'RoleName'));
    switch (action) {
      case 'CreateRole': {
        const arn = named();
        return onResource(arn, () => {
          if (this.roles.has(arn)) {
            throw new ServiceError('EntityAlreadyExists', `${arn} already exists.`, 409);
          }
          const trust = document(text(input, 'AssumeRolePolicyDocument'));
          this.roles.set(arn, { arn, trust, attached: new Set(), inline: new Map() });
          return { Role: { Arn: arn, RoleName: text(input, 'RoleName') } };
        });
      }
      case 'AttachRolePolicy': {
        const role = this.role(named());
        const policyArn = text(input, 'PolicyArn');
        return onResource(role.arn, () => {
          this.policies.find(policyArn);
          role.attached.add(policyArn);
        });
      }
      case 'ListAttachedRolePolicies': {
        const role = this.role(named());
        const policies = () => [...role.attached].map((PolicyArn) => ({ PolicyArn }));
        return onResource(role.arn, () => ({ AttachedPolicies: policies(), IsTruncated: false }));
      }
      case 'PutRolePolicy': {
        const role = this.role(named());
        return onResource(role.arn, () => {
          role.inline.set(text(input, 'PolicyName'), document(text(input, 'PolicyDocument')));
        });
      }
      default: {
        const operation = this.policies.operation(call);
        if (operation) return operation;
        throw new ServiceError('InvalidAction', `No iam:${action} here`);
      }
    }
  };

  readonly sts = ({ action, input, caller }: Call): Operation => {
    switch (action) {
      case 'GetCallerIdentity':
        return { run: () => ({ Arn: caller.arn, Account: caller.account, UserId: caller.arn }) };
      case 'AssumeRole': {
        const role = this.role(text(input, 'RoleArn'));
        const run = () => {
          const session = this.session(role, text(input, 'RoleSessionName'));
          return {
            Credentials: {
              AccessKeyId: session.accessKeyId,
              SecretAccessKey: session.secretAccessKey,
              SessionToken: session.sessionToken,
              Expiration: new Date(Date.now() + 3_600_000).toISOString(),
            },
            AssumedRoleUser: { Arn: session.principal.arn, AssumedRoleId: session.principal.arn },
          };
        };
        return { access: { resource: role.arn, context: {} }, resourcePolicy: role.trust, run };
      }
      default:
        throw new ServiceError('InvalidAction', `No sts:${action} here`);
    }
  };

  private session(role: Role, name: string): AccessKey {
    const arn = `${role.arn.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/')}/${name}`;
    const policies = () => [
      ...role.inline.values(),
      ...[...role.attached].flatMap((policyArn) => this.policies.document(policyArn) ?? []),
    ];
    const [, , , , account = ''] = role.arn.split(':');
    return this.issue('ASIA', { account, arn, arns: [arn, role.arn], policies }, randomUUID());
  }

  private issue(prefix: string, principal: Principal, sessionToken?: string): AccessKey {
    const accessKey = {
      accessKeyId: prefix + randomBytes(8).toString('hex').toUpperCase(),
      secretAccessKey: randomBytes(30).toString('base64url'),
      ...(sessionToken === undefined ? {} : { sessionToken }),
      principal,
    };
    this.accessKeys.set(accessKey.accessKeyId, accessKey);
    return accessKey;
  }

  private role(arn: string): Role {
    const role = this.roles.get(arn);
    if (!role) throw notFound(`Role ${arn}`);
    return role;
  }
}

function roleArn(account: string, name: string): string {
  return `arn:aws:iam::${account}:role/${name}`;
}

function document(json: string): PolicyDocument {
  return JSON.parse(json) as PolicyDocument;
}

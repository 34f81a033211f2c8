import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from 'node:crypto';

import type { PolicyDocument } from '../policy';
import { ServiceError } from '../service';

const ID_BYTES = 36;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** What lets somebody use a key beside its policy. */
export interface Grant {
  readonly GrantId: string;
  readonly GranteePrincipal: string;
  readonly Operations: readonly string[];
}

/** A symmetric key, which never leaves this object. */
export class Key {
  readonly id: string;
  readonly arn: string;
  readonly grants: Grant[] = [];
  readonly tags = new Map<string, string>();
  readonly created = Date.now() / 1000;
  state: 'Enabled' | 'Disabled' | 'PendingDeletion' = 'Enabled';
  isRotated = false;
  private lastUse: { readonly at: number; readonly operation: string } | undefined;
  /** The same key in other regions. */
  private readonly replicas: Key[];
  private readonly material: Buffer;

  /**
   * @param kind What was asked for beside the defaults of KMS.
   * @param primary The key that it is a replica of.
   */
  constructor(
    private readonly region: string,
    private readonly account: string,
    public policy: PolicyDocument,
    private readonly kind: Readonly<Record<string, unknown>>,
    private readonly primary?: Key,
  ) {
    const uuid = randomUUID();
    this.id = primary?.id ?? (kind.MultiRegion ? `mrk-${uuid.replaceAll('-', '')}` : uuid);
    this.material = primary?.material ?? randomBytes(32);
    this.replicas = primary?.replicas ?? [];
    this.arn = keyArn(region, account, this.id);
  }

  replicate(region: string, policy: PolicyDocument): Key {
    const replica = new Key(region, this.account, policy, this.kind, this);
    this.replicas.push(replica);
    return replica;
  }

  get metadata(): Record<string, unknown> {
    return {
      KeyId: this.id,
      Arn: this.arn,
      AWSAccountId: this.account,
      CreationDate: this.created,
      Enabled: this.state === 'Enabled',
      KeyManager: 'CUSTOMER',
      KeySpec: 'SYMMETRIC_DEFAULT',
      KeyState: this.state,
      KeyUsage: 'ENCRYPT_DECRYPT',
      MultiRegion: false,
      Origin: 'AWS_KMS',
      ...this.kind,
      ...(this.kind.MultiRegion ? { MultiRegionConfiguration: this.multiRegion } : {}),
    };
  }

  private get multiRegion(): Record<string, unknown> {
    const place = ({ arn, region }: Key) => ({ Arn: arn, Region: region });
    return {
      MultiRegionKeyType: this.primary ? 'REPLICA' : 'PRIMARY',
      PrimaryKey: place(this.primary ?? this),
      ReplicaKeys: this.replicas.map(place),
    };
  }

  /** @throws unless it is enabled. */
  checkUsable(): void {
    if (this.state === 'Disabled') {
      throw new ServiceError('DisabledException', `${this.arn} is disabled.`);
    }
    if (this.state === 'PendingDeletion') {
      throw new ServiceError('KMSInvalidStateException', `${this.arn} is pending deletion.`);
    }
  }

  /** The days since its last use; undefined if it was never used. */
  get unusedDays(): number | undefined {
    return this.lastUse && Math.floor((Date.now() - this.lastUse.at) / 86_400_000);
  }

  /** As KMS tells it, which tracks every key here since it was created. */
  get lastUsage(): Record<string, unknown> {
    const { at = 0, operation } = this.lastUse ?? {};
    return {
      KeyId: this.id,
      KeyCreationDate: this.created,
      TrackingStartDate: this.created,
      KeyLastUsage: this.lastUse ? { Operation: operation, Timestamp: at / 1000 } : {},
    };
  }

  /** @param operation The call that it is part of. */
  wrap(plaintext: Buffer, context: Record<string, string>, operation: string): Buffer {
    this.lastUse = { at: Date.now(), operation };
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.material, nonce);
    cipher.setAAD(authenticatedData(context));
    const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
    return Buffer.concat([Buffer.from(this.id), nonce, cipher.getAuthTag(), ciphertext]);
  }

  /** @param operation The call that it is part of. */
  unwrap(blob: Buffer, context: Record<string, string>, operation: string): Buffer {
    const nonceAt = ID_BYTES;
    const tagAt = nonceAt + NONCE_BYTES;
    const dataAt = tagAt + TAG_BYTES;
    try {
      const nonce = blob.subarray(nonceAt, tagAt);
      const decipher = createDecipheriv('aes-256-gcm', this.material, nonce);
      decipher.setAAD(authenticatedData(context));
      decipher.setAuthTag(blob.subarray(tagAt, dataAt));
      const plaintext = Buffer.concat([decipher.update(blob.subarray(dataAt)), decipher.final()]);
      this.lastUse = { at: Date.now(), operation };
      return plaintext;
    } catch {
      throw new ServiceError('InvalidCiphertextException', '');
    }
  }
}

/** The id of the key that wrapped a data key. */
export function wrappingKeyId(blob: Buffer): string {
  return blob.subarray(0, ID_BYTES).toString();
}

export function keyArn(region: string, account: string, id: string): string {
  return `arn:aws:kms:${region}:${account}:key/${id}`;
}

/** The encryption context is authenticated: in any order, but every word of it. */
function authenticatedData(context: Record<string, string>): Buffer {
  return Buffer.from(JSON.stringify(Object.entries(context).sort()));
}

import { ACCOUNT, ServiceError } from '../service';
import { keyArn, type Key } from './key';

/** The keys of every region, and their aliases. */
export class KeyStore {
  private readonly keys = new Map<string, Key>();
  private readonly aliases = new Map<string, Key>();

  add(key: Key): void {
    this.keys.set(key.arn, key);
  }

  in(region: string): Key[] {
    return [...this.keys.values()].filter((key) => regionOf(key) === region);
  }

  /** The key that has an id: of this region, or else of any. */
  byId(region: string, id: string): Key | undefined {
    const keys = [...this.keys.values()].filter((key) => key.id === id);
    return keys.find((key) => regionOf(key) === region) ?? keys[0];
  }

  addAlias(region: string, name: string, target: Key): void {
    const arn = aliasArn(region, name);
    if (this.aliases.has(arn)) {
      throw new ServiceError('AlreadyExistsException', `An alias with the name ${arn} exists.`);
    }
    this.aliases.set(arn, target);
  }

  deleteAlias(region: string, name: string): void {
    this.aliases.delete(aliasArn(region, name));
  }

  /** @param keyId The id of a key, an alias, or the ARN of either. */
  find(region: string, keyId: string): Key {
    const own = aliasArn(region, '');
    const name = keyId.startsWith(`${own}alias/`) ? keyId.slice(own.length) : keyId;
    const isAlias = name.startsWith('alias/');
    const arn = keyId.startsWith('arn:') ? keyId : keyArn(region, keyId);
    const key = isAlias ? this.aliases.get(aliasArn(region, name)) : this.keys.get(arn);
    if (key && regionOf(key) === region) return key;
    const missing = isAlias ? `Alias ${aliasArn(region, name)}` : `Key ${arn}`;
    throw new ServiceError('NotFoundException', `${missing} is not found.`);
  }
}

export function aliasArn(region: string, name: string): string {
  return `arn:aws:kms:${region}:${ACCOUNT}:${name}`;
}

function regionOf({ arn }: Key): string | undefined {
  return arn.split(':')[3];
}

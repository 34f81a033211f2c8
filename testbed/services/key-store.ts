import { ServiceError, type Call } from '../service';
import { keyArn, type Key } from './key';

/** Where a call looks for what it names without an ARN. */
export type Place = Pick<Call, 'region' | 'caller'>;

/** The keys of every account and region, and their aliases. */
export class KeyStore {
  private readonly keys = new Map<string, Key>();
  private readonly aliases = new Map<string, Key>();

  add(key: Key): void {
    this.keys.set(key.arn, key);
  }

  in({ region, caller }: Place): Key[] {
    return [...this.keys.values()].filter(({ arn }) =>
      arn.startsWith(keyArn(region, caller.account, '')),
    );
  }

  /** The key that has an id: of this region, or else of any. */
  byId(region: string, id: string): Key | undefined {
    const keys = [...this.keys.values()].filter((key) => key.id === id);
    return keys.find((key) => regionOf(key) === region) ?? keys[0];
  }

  addAlias(arn: string, target: Key): void {
    if (this.aliases.has(arn)) {
      throw new ServiceError('AlreadyExistsException', `An alias with the name ${arn} exists.`);
    }
    this.aliases.set(arn, target);
  }

  deleteAlias(arn: string): void {
    this.aliases.delete(arn);
  }

  /** The names of a key's aliases, for example `alias/credstash`. */
  aliasesOf(key: Key): string[] {
    return [...this.aliases]
      .filter(([, target]) => target === key)
      .map(([arn]) => arn.split(':').slice(5).join(':'));
  }

  /** @param keyId The id of a key, an alias, or the ARN of either: of another account, too. */
  find(place: Place, keyId: string): Key {
    const isAlias = /^(arn:.*:)?alias\//.test(keyId);
    const own = isAlias
      ? aliasArn(place, keyId)
      : keyArn(place.region, place.caller.account, keyId);
    const arn = keyId.startsWith('arn:') ? keyId : own;
    const key = (isAlias ? this.aliases : this.keys).get(arn);
    if (key && arn.split(':')[3] === place.region) return key;
    throw new ServiceError(
      'NotFoundException',
      `${isAlias ? 'Alias' : 'Key'} ${arn} is not found.`,
    );
  }
}

function regionOf({ arn }: Key): string | undefined {
  return arn.split(':')[3];
}

/** The ARN of an alias of the caller's account. */
export function aliasArn({ region, caller }: Place, name: string): string {
  return `arn:aws:kms:${region}:${caller.account}:${name}`;
}

import { ServiceError, type Call } from '../service';

/** The keys of every table that this project makes. */
export const PARTITION_KEY = 'name';
export const SORT_KEY = 'version';

/** A table of some account. */
export interface TableRef {
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly arn: string;
}

/** The table that a call names: by its name, one of the caller's account; by its ARN, one of any. */
export function tableOf(
  { region, caller }: Pick<Call, 'region' | 'caller'>,
  named: string,
): TableRef {
  const [, place, account = caller.account, name = named] =
    /^arn:aws:dynamodb:([^:]*):([^:]*):table\/(.*)$/.exec(named) ?? [];
  if (place !== undefined && place !== region) {
    throw new ServiceError('AccessDeniedException', `No table of ${place} here`);
  }
  return { account, region, name, arn: `arn:aws:dynamodb:${region}:${account}:table/${name}` };
}

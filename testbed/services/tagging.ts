import { ServiceError, type Call, type Operation } from '../service';
import type { KeyStore } from './key-store';

interface TagFilter {
  readonly Key: string;
  readonly Values: readonly string[];
}

/** The Resource Groups Tagging API: its index of the tags of keys. */
export function tagging(keys: KeyStore) {
  return (call: Call): Operation => {
    const { action, input } = call;
    if (action !== 'GetResources') {
      throw new ServiceError('UnknownOperationException', `No tag:${action} here`);
    }
    const filters = (input.TagFilters ?? []) as readonly TagFilter[];
    const run = () => {
      const found = keys
        .in(call)
        .filter(({ tags }) =>
          filters.every(({ Key, Values }) => Values.includes(tags.get(Key) ?? '')),
        );
      return { ResourceTagMappingList: found.map(({ arn }) => ({ ResourceARN: arn })) };
    };
    return { access: { resource: '*', context: {} }, run };
  };
}

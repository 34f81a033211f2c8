export { applyTemplate, type Physical, type Target } from './apply';
export { LocalAws, type Fault } from './server';
export { ACCOUNT } from './service';
export type { Template } from '../runtime/src/setup/template.js';

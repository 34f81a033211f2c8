export { applyTemplate, type Target } from './apply';
export { LocalAws, type Fault } from './server';
export { ACCOUNT } from './service';
export type { Physical, Template } from '../runtime/src/setup/template.js';

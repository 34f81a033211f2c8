// What the build makes of provisioner.ts.
export * from './provisioner.js';

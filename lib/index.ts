export * from './compartment';
export * from './compartment-stack';
export * from './compartment-grants';

export * from './compartment';
export * from './compartment-stack';
export * from './compartment-grants';
export * from './compartment-base';
export { CompartmentAttributes } from './compartment-import';
export { CompartmentAccess, CompartmentAccessProps } from './access/compartment-access';

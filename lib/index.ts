export * from './compartment';
export * from './compartment-stack';
export * from './compartment-grants';
export { CompartmentAttributes, ICompartment } from './compartment-import';
export { CompartmentAccess, CompartmentAccessProps } from './access/compartment-access';

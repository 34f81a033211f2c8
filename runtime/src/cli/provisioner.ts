export { examine } from '../doctor/examine.js';
export { checkSetup, planSetup } from '../provision/setup.js';
export { createClients } from './clients.js';

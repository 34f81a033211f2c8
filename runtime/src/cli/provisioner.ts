export { examine } from '../doctor/examine.js';
export { createClients } from '../provision/clients.js';
export { checkSetup, planSetup } from '../provision/setup.js';

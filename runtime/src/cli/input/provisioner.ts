export { examine } from '../../doctor/examine.js';
export { createClients } from '../../setup/clients.js';
export { checkSetup, planSetup } from '../../setup/setup.js';

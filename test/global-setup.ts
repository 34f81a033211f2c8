import { buildBundles } from '../scripts/bundles';

/** The tests run the bundled CLI: bundle what is in the sources now. */
export default buildBundles;

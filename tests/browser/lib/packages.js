// The npm packages lie in the build folder, where Node's import does not look by itself.
import { createRequire } from 'node:module';
import { join } from 'node:path';

const required = createRequire(join(process.env.MR_BROWSER_DIR, 'package.json'));

export const { chromium } = required('playwright-core');
export const axePath = required.resolve('axe-core/axe.min.js');

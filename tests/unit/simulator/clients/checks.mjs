// Runs named checks one after another and fails with all that failed.
import assert from 'node:assert/strict';

export const url = process.env.SIMULATOR_URL;
export const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
export const weather = {
  type: 'object',
  properties: { city: { type: 'string' }, days: { type: 'integer' }, unit: { type: 'string', enum: ['C', 'F'] } },
  required: ['city', 'days', 'unit'],
  additionalProperties: false,
};
export const weatherExample = { city: 'simulated', days: 1, unit: 'C' };

export async function failure(call) {
  try {
    await call();
  } catch (e) {
    return e;
  }
  assert.fail('it was not refused');
}

export async function run(checks) {
  const failed = [];
  for (const [name, check] of Object.entries(checks)) {
    try {
      await check();
    } catch (e) {
      failed.push(`${name}: ${e.stack ?? e}`);
    }
  }
  console.log(`${Object.keys(checks).length - failed.length} of ${Object.keys(checks).length} checks passed`);
  if (failed.length) {
    console.error(failed.join('\n\n'));
    process.exit(1);
  }
}

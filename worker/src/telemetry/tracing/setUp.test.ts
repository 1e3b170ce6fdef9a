import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const MAIN = join(import.meta.dirname, '../../main.ts');
/** Prints every package of OpenTelemetry's SDK that something asks for. */
const WATCH = `import { registerHooks } from 'node:module';
registerHooks({
  resolve(name, context, next) {
    if (/^@opentelemetry\\/(sdk|exporter)/.test(name)) console.log('loaded ' + name);
    return next(name, context);
  },
});`;

/** What a program prints whose modules are watched. */
const printed = (args: string[]): Promise<string> =>
  new Promise((resolve) => {
    const watch = `data:text/javascript,${encodeURIComponent(WATCH)}`;
    execFile(process.execPath, ['--import', watch, ...args], { env: {} }, (_error, stdout) =>
      resolve(stdout),
    );
  });

test('a worker loads nothing of OpenTelemetry’s SDK by itself, and all of it where traces are wanted', async () => {
  // Without a configuration it ends at once, with everything loaded that a worker begins with.
  const worker = await printed([MAIN]);
  expect(worker).toContain('configuration_invalid');
  expect(worker).not.toContain('loaded');
  const otlp = await printed([join(import.meta.dirname, 'otlp.ts')]);
  expect(otlp).toContain('loaded @opentelemetry/sdk-trace');
}, 30_000);

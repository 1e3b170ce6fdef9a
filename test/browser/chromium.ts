/** Debian's Chromium without a window, driven as a person would use it; on a failure a picture of the page is kept. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { installPackage } from '../cluster/packages.ts';
import { ROOT } from '../support/paths.ts';

const EXECUTABLE = '/usr/bin/chromium';
/** Outside of the run's state, which goes with the run. Not committed. */
const PICTURES = join(ROOT, 'test', 'report');

/** Installs Chromium where it is missing (as root) and starts it. */
export async function startChromium(): Promise<Browser> {
  await installPackage('chromium', () => existsSync(EXECUTABLE));
  // Chromium's own sandbox refuses to run as root; it sees nothing here but the engine of this machine.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath: EXECUTABLE, args });
}

/**
 * Runs `work` on a page of its own.
 * @throws what `work` throws, with the path of a picture of the page as it was then
 */
export async function onPage(
  browser: Browser,
  name: string,
  work: (page: Page) => Promise<void>,
): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1600, height: 1000 } });
  page.setDefaultTimeout(20_000);
  try {
    await work(page);
  } catch (error) {
    mkdirSync(PICTURES, { recursive: true });
    const path = join(PICTURES, `${name}.png`);
    await page.screenshot({ path, fullPage: true });
    throw new Error(`${(error as Error).message}\nthe page as it was then: ${path} (${page.url()})`);
  } finally {
    await page.close();
  }
}

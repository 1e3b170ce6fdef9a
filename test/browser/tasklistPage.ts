/** Camunda's Tasklist as a person uses it. */
import type { Locator, Page } from 'playwright-core';
import { waitFor } from '../support/wait.ts';

/** The page of an engine's Tasklist. */
export const tasklistOf = (baseURL: string): string =>
  baseURL.replace(/\/engine-rest$/, '/camunda/app/tasklist/');

/** Fills in the form and sends it; whether the person is let in is on the page then. */
export async function signIn(page: Page, tasklist: string, user: string, password = user): Promise<void> {
  await page.goto(tasklist);
  const fields: [Locator, string][] = [
    [page.getByPlaceholder('Username'), user],
    [page.getByPlaceholder('Password'), password],
  ];
  // The page takes the focus to the first field when it is ready, and what is typed at that moment with it.
  await waitFor('the form to be filled in', async () => {
    for (const [field, value] of fields) await field.fill(value);
    for (const [field, value] of fields) if ((await field.inputValue()) !== value) return false;
    return true;
  });
  await page.getByRole('button', { name: 'Log in' }).click();
}

/** Claims the only manual review in a filter and approves it; returns when it has left the list. */
export async function approveReview(page: Page, filter: string): Promise<void> {
  await page.getByText(filter).click();
  const review = page.locator('.tasks-list').getByText('Manual review required');
  await review.click();
  await page.getByText('Claim', { exact: true }).click();
  await page.locator('[cam-variable-name="approved"]').check();
  await page.getByRole('button', { name: 'Complete' }).click();
  await review.waitFor({ state: 'detached' });
}

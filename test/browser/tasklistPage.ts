/** Camunda's Tasklist as a person uses it. */
import type { Page } from 'playwright-core';

/** The page of an engine's Tasklist. */
export const tasklistOf = (baseURL: string): string =>
  baseURL.replace(/\/engine-rest$/, '/camunda/app/tasklist/');

/** Fills in the form and sends it; whether the person is let in is on the page then. */
export async function signIn(page: Page, tasklist: string, user: string, password = user): Promise<void> {
  await page.goto(tasklist);
  await page.getByPlaceholder('Username').fill(user);
  await page.getByPlaceholder('Password').fill(password);
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

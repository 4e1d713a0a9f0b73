// SPDX-License-Identifier: Apache-2.0
//
// Exemplars of a chart as the mouse finds them: markers may lie over one another.
import type { Locator, Page } from '@playwright/test';
import { expect } from './test.ts';

/** The marker of the highest exemplar of a chart among those that no other covers. */
export async function highestExemplar(page: Page): Promise<Locator> {
  const markers = page.getByTestId('data-testid Exemplar marker');
  await expect(markers.first()).toBeVisible();
  const highest = await markers.evaluateAll((elements) => {
    const tops = elements.map((element) => {
      const { left, top, width, height } = element.getBoundingClientRect();
      const under = document.elementFromPoint(left + width / 2, top + height / 2);
      return under !== null && element.contains(under) ? Math.round(top) : Number.POSITIVE_INFINITY;
    });
    return tops.indexOf(Math.min(...tops));
  });
  return markers.nth(highest);
}

// SPDX-License-Identifier: Apache-2.0
//
// The search page as the tests use it.
import type { Locator, Page } from '@playwright/test';
import { testIds } from '../../packages/views/src/test-ids.ts';

const ids = testIds.search;

const patienceMs = 15_000;

/** Where `place` is. A chart that gets new data is made anew, and for a moment there is none. */
async function boxOf(place: Locator): Promise<{ x: number; y: number; width: number; height: number }> {
  for (const end = Date.now() + patienceMs; Date.now() < end;) {
    const box = await place.boundingBox();
    if (box !== null) {
      return box;
    }
    await place.page().waitForTimeout(50);
  }
  throw new Error('There is nothing to drag over: the place is not on the page');
}

/** Drags over `place` between two points given as shares of its width and height. */
export async function dragOver(
  page: Page,
  place: Locator,
  [fromX, fromY]: readonly [number, number],
  [toX, toY]: readonly [number, number]
): Promise<void> {
  const box = await boxOf(place);
  await page.mouse.move(box.x + box.width * fromX, box.y + box.height * fromY);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * toX, box.y + box.height * toY, { steps: 5 });
  await page.mouse.up();
}

export class SearchPage {
  readonly page: Page;
  readonly query: Locator;
  readonly rows: Locator;
  readonly spans: Locator;
  readonly total: Locator;
  readonly heatmap: Locator;
  readonly exemplars: Locator;

  constructor(page: Page) {
    this.page = page;
    this.query = page.getByTestId(ids.query);
    this.rows = page.getByTestId(ids.row);
    this.spans = page.getByTestId(ids.span);
    this.total = page.getByTestId(ids.total);
    this.heatmap = page.getByTestId(ids.heatmap);
    this.exemplars = page.getByTestId(ids.exemplar);
  }

  /** Opens Search on a range, with a query if one is given. */
  async open(range: string, query = ''): Promise<void> {
    await this.page.goto(`/search?${range}${query === '' ? '' : `&q=${encodeURIComponent(query)}`}`);
  }

  /** Chooses an option of one of the builder's boxes by typing it. */
  async choose(box: string, option: string): Promise<void> {
    const field = this.page.getByRole('combobox', { name: box, exact: true });
    await field.click();
    await field.fill(option);
    await this.page.getByRole('option', { name: option, exact: true }).click();
  }

  /** Runs a query from the TraceQL line. */
  async run(query: string): Promise<void> {
    await this.query.fill(query);
    await this.query.press('Enter');
  }

  /** Drags a box over the heatmap, between shares of its plot. */
  async brush(from: readonly [number, number], to: readonly [number, number]): Promise<void> {
    await dragOver(this.page, this.heatmap.locator('.u-over'), from, to);
  }

  /** The query in the address. */
  addressQuery(): string {
    return new URL(this.page.url()).searchParams.get('q') ?? '';
  }
}

// SPDX-License-Identifier: Apache-2.0
//
// The data links of a frame's row, as Grafana resolves them: in Explore they open a pane beside, in a dashboard they are
// addresses. Without a frame that went through Grafana's field overrides there are none.
import type { DataFrame, LinkModel } from '@grafana/data';
import type { SpanLinkTarget } from '@tracewell/views';

/** Links of all columns but `except`; those that lead to the same place under the same title are one. */
export function linksOfRow(frame: DataFrame, row: number, except?: string): SpanLinkTarget[] {
  const links = new Map<string, SpanLinkTarget>();
  for (const field of frame.fields) {
    if (field.name === except || (field.config.links ?? []).length === 0) {
      continue;
    }
    for (const link of field.getLinks?.({ valueRowIndex: row }) ?? []) {
      links.set(`${link.title} ${link.href}`, toTarget(link));
    }
  }
  return [...links.values()];
}

function toTarget({ title, href, target, onClick }: LinkModel): SpanLinkTarget {
  return {
    title: title === '' ? 'Link' : title,
    href,
    ...(target === undefined ? {} : { target }),
    ...(onClick === undefined ? {} : { onClick: (event: unknown) => follow(event, onClick) }),
  };
}

function isCancellable(event: object): event is { readonly preventDefault: () => void } {
  return 'preventDefault' in event && typeof event.preventDefault === 'function';
}

/** A click with a key held follows the address, as everywhere in the browser. */
function follow(event: unknown, onClick: (event: unknown) => void): void {
  if (typeof event !== 'object' || event === null) {
    return;
  }
  const pressed = ['ctrlKey', 'metaKey', 'shiftKey'].some((key) => key in event && Reflect.get(event, key) === true);
  if (pressed) {
    return;
  }
  if (isCancellable(event)) {
    event.preventDefault();
  }
  onClick(event);
}

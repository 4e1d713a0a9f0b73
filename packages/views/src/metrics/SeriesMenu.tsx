// SPDX-License-Identifier: Apache-2.0
//
// What can be asked next about a series: its traces, the same split further, what its spans have that the others have not.
// Each is a query, so each is a link.
import { Dropdown, IconButton, Menu } from '@grafana/ui';
import type { Host, MetricsLabel } from '../host.ts';
import { testIds } from '../test-ids.ts';
import { comparedWithRest, groupsOf, splitBy, tracesOf } from './drill.ts';

interface Props {
  readonly host: Host;
  readonly query: string;
  readonly name: string;
  readonly labels: readonly MetricsLabel[];
}

/** By what most people split first. */
const usualSplits: readonly (readonly [attribute: string, words: string])[] = [
  ['resource.service.name', 'Split by service'],
  ['name', 'Split by span name'],
  ['status', 'Split by status'],
  ['kind', 'Split by kind'],
];

export function SeriesMenu({ host, query, name, labels }: Props) {
  return (
    <Dropdown placement="bottom-end" overlay={() => <Links host={host} query={query} labels={labels} />}>
      <IconButton name="ellipsis-v" size="sm" tooltip={`What is behind ${name}`} data-testid={testIds.metrics.menu} />
    </Dropdown>
  );
}

function Links({ host, query, labels }: Omit<Props, 'name'>) {
  const traces = tracesOf(query, labels);
  const compared = comparedWithRest(query, labels);
  const present = [...groupsOf(query)];
  const search = (q: string) => host.navigation.href('search', { q });
  const splits = usualSplits.flatMap(([attribute, words]) => {
    const next = present.includes(attribute) ? undefined : splitBy(query, labels, attribute);
    return next === undefined ? [] : [{ words, next }];
  });
  return (
    <Menu>
      {traces !== undefined && (
        <Menu.Item role="menuitem" label="Show these traces" icon="gf-traces" url={search(traces)} />
      )}
      {compared !== undefined && (
        <Menu.Item role="menuitem" label="Compare with the rest" icon="exchange-alt" url={search(compared)} />
      )}
      {splits.length > 0 && <Menu.Divider />}
      {splits.map(({ words, next }) => (
        <Menu.Item key={words} role="menuitem" label={words} icon="code-branch" url={search(next)} />
      ))}
    </Menu>
  );
}

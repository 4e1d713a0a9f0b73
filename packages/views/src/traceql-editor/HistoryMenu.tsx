// SPDX-License-Identifier: Apache-2.0
import { Dropdown, IconButton, Menu } from '@grafana/ui';
import type { HostSettings } from '../host.ts';
import { testIds } from '../test-ids.ts';
import { queriesOf } from './query-history.ts';

interface Props {
  readonly settings: HostSettings;
  readonly onChoose: (query: string) => void;
}

/** A button that lists the queries that were run, newest first. */
export function HistoryMenu({ settings, onChoose }: Props) {
  return (
    <Dropdown placement="bottom-end" overlay={() => <Queries settings={settings} onChoose={onChoose} />}>
      <IconButton
        name="history"
        size="md"
        tooltip="Queries from before ( \u2191 in the line )"
        data-testid={testIds.editor.history}
      />
    </Dropdown>
  );
}

function Queries({ settings, onChoose }: Props) {
  const queries = queriesOf(settings);
  return (
    <Menu ariaLabel="Queries from before">
      {queries.length === 0 && <Menu.Item label="No query has been run yet" disabled />}
      {queries.map((query) => (
        <Menu.Item
          key={query}
          label={query.length > 110 ? `${query.slice(0, 107)}...` : query}
          onClick={() => onChoose(query)}
        />
      ))}
    </Menu>
  );
}

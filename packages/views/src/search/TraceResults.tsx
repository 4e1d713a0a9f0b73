// SPDX-License-Identifier: Apache-2.0
//
// The traces that a search found, below a line that says how many there are and in which order.
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, RadioButtonGroup, useStyles2 } from '@grafana/ui';
import { countOf, zoneName } from '../format/index.ts';
import type { Capabilities, Host, SearchAnswer, SearchOrder } from '../host.ts';
import { KeyHelp } from '../states/index.ts';
import { testIds } from '../test-ids.ts';
import { searchKeys } from './keys.ts';
import { NothingFound } from './NothingFound.tsx';
import { orders } from './result-order.ts';
import { ResultList } from './ResultList.tsx';

interface Props {
  readonly host: Host;
  readonly query: string;
  readonly order: SearchOrder;
  readonly answer: SearchAnswer;
  readonly capabilities?: Capabilities;
  /** Asks for more; undefined where there are none. */
  readonly onMore?: () => void;
}

const orderOptions = orders.map(({ value, label }) => ({ value, label }));
const otherOrders = orders.map(({ value }) => value).filter((value) => value !== 'newest');

export function TraceResults({ host, query, order, answer, capabilities, onMore }: Props) {
  const styles = useStyles2(getStyles);
  const { navigation, time } = host;
  const newestOnly = capabilities !== undefined && !capabilities.features.has('search-order');
  const reason = newestOnly ? (capabilities.missing ?? 'This store knows no other order') : undefined;
  return (
    <>
      <div className={styles.bar}>
        <strong data-testid={testIds.search.total}>{totalText(answer)}</strong>
        <span className={styles.zone}>times in {zoneName(time.timeZone)}</span>
        <div className={styles.order} data-testid={testIds.search.order} title={reason}>
          <RadioButtonGroup
            size="sm"
            aria-label="Order"
            options={orderOptions}
            disabledOptions={newestOnly ? otherOrders : []}
            value={newestOnly ? 'newest' : order}
            onChange={(value) => navigation.setParams({ order: value === 'newest' ? undefined : value })}
          />
          <KeyHelp title="Keys of the search" lines={searchKeys} />
        </div>
      </div>
      {answer.traces.length === 0 ? (
        <NothingFound host={host} query={query} capabilities={capabilities} />
      ) : (
        <ResultList traces={answer.traces} host={host} query={query} />
      )}
      {onMore !== undefined && (
        <Button
          className={styles.more}
          variant="secondary"
          size="sm"
          fill="text"
          data-testid={testIds.search.more}
          onClick={onMore}
        >
          Show more
        </Button>
      )}
    </>
  );
}

function totalText(answer: SearchAnswer): string {
  const shown = answer.traces.length;
  if (answer.total === undefined || answer.total.traces <= shown) {
    return countOf(shown, 'trace');
  }
  return `${countOf(answer.total.traces, 'trace')}, ${String(shown)} shown`;
}

function getStyles(theme: GrafanaTheme2) {
  return {
    bar: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(1), flex: '0 0 auto' }),
    zone: css({ color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
    order: css({ marginLeft: 'auto', display: 'flex', alignItems: 'center', gap: theme.spacing(1) }),
    more: css({ alignSelf: 'center' }),
  };
}

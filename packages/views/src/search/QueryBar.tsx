// SPDX-License-Identifier: Apache-2.0
//
// One query, two ways to write it: the builder's conditions and the TraceQL line below them. A query that is more
// than conditions on one span stays in the line alone.
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, useStyles2 } from '@grafana/ui';
import { useEffect, useRef, useState } from 'react';
import type { Host, HostError } from '../host.ts';
import { isMetricsQuery } from '../metrics/metrics-query.ts';
import { testIds } from '../test-ids.ts';
import { rememberQuery } from '../traceql-editor/query-history.ts';
import { TraceQlEditor } from '../traceql-editor/TraceQlEditor.tsx';
import { isTyping } from '../states/index.ts';
import { Builder } from './Builder.tsx';
import { builderPartOf, isWellFormed, withBuilderPart } from './conditions.ts';

interface Props {
  readonly host: Host;
  readonly query: string;
  /** What the store found wrong with `query`. */
  readonly error?: HostError;
  readonly onRun: (query: string) => void;
  /** Shows and hides how the query is run; undefined if the store does not say. */
  readonly plan?: { readonly open: boolean; readonly onToggle: () => void };
}

export function QueryBar({ host, query, error, onRun, plan }: Props) {
  const styles = useStyles2(getStyles);
  const [text, setText] = useState(query);
  useEffect(() => setText(query), [query]);
  const part = builderPartOf(query);
  const line = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key === '/' && !isTyping(event.target)) {
        event.preventDefault();
        line.current?.querySelector('textarea')?.focus();
      }
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
  return (
    <div className={styles.bar}>
      {part === undefined ? (
        <p className={styles.note}>
          {isWellFormed(query)
            ? 'This query says more than the builder can show: edit it here.'
            : 'The builder is back once the query can be read.'}
        </p>
      ) : (
        <Builder
          host={host}
          conditions={part.conditions}
          rest={part.rest}
          onChange={(conditions) => onRun(withBuilderPart({ ...part, conditions }))}
        />
      )}
      <div ref={line} className={styles.line}>
        <TraceQlEditor
          host={host}
          value={text}
          error={text === query ? error : undefined}
          onChange={setText}
          onRun={onRun}
          testId={testIds.search.query}
          errorTestId={testIds.search.queryError}
        />
        <Button
          icon="play"
          data-testid={testIds.search.run}
          onClick={() => {
            rememberQuery(host.settings, text);
            if (text === query) {
              host.time.refresh();
            } else {
              onRun(text);
            }
          }}
        >
          {isMetricsQuery(text) ? 'Run' : 'Search'}
        </Button>
        {plan !== undefined && (
          <Button
            variant="secondary"
            fill="text"
            icon={plan.open ? 'angle-down' : 'angle-right'}
            aria-expanded={plan.open}
            tooltip="How the store runs this query"
            data-testid={testIds.plan.toggle}
            onClick={plan.onToggle}
          >
            Plan
          </Button>
        )}
        {query !== '' && (
          <Button variant="secondary" fill="text" onClick={() => onRun('')}>
            Clear
          </Button>
        )}
      </div>
    </div>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    bar: css({ display: 'flex', flexDirection: 'column', gap: theme.spacing(1) }),
    line: css({
      display: 'flex',
      flexWrap: 'wrap',
      gap: theme.spacing(1),
      alignItems: 'flex-start',
      '& > :first-child': { flexBasis: 320 },
    }),
    // As high as the builder, so that nothing jumps.
    note: css({
      margin: 0,
      lineHeight: theme.spacing(theme.components.height.md),
      fontSize: theme.typography.bodySmall.fontSize,
      color: theme.colors.text.secondary,
    }),
  };
}

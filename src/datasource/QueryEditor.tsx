// SPDX-License-Identifier: Apache-2.0
//
// The query editor of Explore, panels and annotations: what kind of answer, which traces, how many. The query's text is the only
// truth; the builder is one way to write it.
import { css } from '@emotion/css';
import type { GrafanaTheme2, QueryEditorProps } from '@grafana/data';
import { Badge, RadioButtonGroup, useStyles2 } from '@grafana/ui';
import {
  browserSettings,
  builderPartOf,
  isMetricsQuery,
  isWellFormed,
  metricsKind,
  SearchBuilder,
  TraceQlEditor,
  usePanelHost,
  withBuilderPart,
} from '@tracewell/views';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { KeyboardEvent } from 'react';
import { importQuery } from '../model/import-query.ts';
import { problemOfTraceId, traceIdOf } from '../model/query.ts';
import type { TracewellQuery, TracewellQueryType } from '../model/query.ts';
import type { TracewellSettings } from '../model/settings.ts';
import type { TracewellDatasource } from './datasource.ts';
import { MetricsOptions } from './MetricsOptions.tsx';
import { queryProblem } from './query-problem.ts';
import { SearchOptions } from './SearchOptions.tsx';
import { rangeOf } from './tags.ts';
import { useCapabilities } from './use-capabilities.ts';

export type EditorProps = QueryEditorProps<TracewellDatasource, TracewellQuery, TracewellSettings>;

const kinds: readonly { value: TracewellQueryType; label: string; description: string }[] = [
  {
    value: 'traceql',
    label: 'TraceQL',
    description: 'A table of traces, one trace by its id, or numbers over time: { } | rate()',
  },
  { value: 'match', label: 'One trace', description: 'The newest or slowest trace that matches' },
  { value: 'serviceGraph', label: 'Service graph', description: 'Who calls whom, how often, how slowly' },
];

const placeholders: Readonly<Record<TracewellQueryType, string>> = {
  traceql: 'Trace id or TraceQL: { resource.service.name = "checkout" && duration > 1s }',
  match: '{ resource.service.name = "checkout" && status = error }',
  serviceGraph: 'All calls, or those of some spans: { resource.deployment.environment.name = "prod" }',
};

export function QueryEditor({ datasource, query: given, onChange, onRunQuery, data, range }: EditorProps) {
  const styles = useStyles2(getStyles);
  const query = useMemo(() => importQuery(given), [given]);
  const kind: TracewellQueryType = query.queryType ?? 'traceql';
  const stored = query.query ?? '';
  const [text, setText] = useState(stored);
  const sent = useRef(stored);
  useEffect(() => {
    // A link or the history has put another query here; one's own letters come back later than they are typed.
    if (stored !== sent.current) {
      sent.current = stored;
      setText(stored);
    }
  }, [stored]);

  const capabilities = useCapabilities(datasource.hostData);
  const span = useMemo(() => rangeOf(range), [range]);
  const host = usePanelHost({
    range: span,
    timeZone: 'browser',
    href: noPages,
    data: datasource.hostData,
    settings: browserSettings,
  });

  const write = (next: string) => {
    setText(next);
    sent.current = next;
    onChange({ ...query, query: next });
  };
  const change = (next: Partial<TracewellQuery>) => {
    onChange({ ...query, query: text, ...next });
    onRunQuery();
  };
  const run = (next: string) => {
    if (next !== stored) {
      write(next);
    }
    onRunQuery();
  };

  const isMetrics = kind === 'traceql' && isMetricsQuery(text);
  const isComparison = isMetrics && metricsKind(text)?.draw === 'comparison';
  const isId = kind === 'traceql' && traceIdOf(text) !== undefined;
  const hint = kind === 'traceql' ? problemOfTraceId(text) : undefined;
  const isPlain = !isId && hint === undefined && !text.includes('$');
  const part = isPlain ? builderPartOf(text) : undefined;
  const problem = queryProblem(text, query.refId, data);
  const graphIsMissing = capabilities !== undefined && !capabilities.features.has('service-graph');
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && event.shiftKey) {
      event.preventDefault();
      event.stopPropagation();
      run(text.trim());
    }
  };

  return (
    <div className={styles.editor} onKeyDownCapture={onKeyDown}>
      <div className={styles.row}>
        <RadioButtonGroup
          aria-label="Kind of answer"
          options={kinds.map((one) =>
            one.value === 'serviceGraph' && graphIsMissing
              ? { ...one, description: capabilities.missing ?? 'Not offered by this store' }
              : one
          )}
          disabledOptions={graphIsMissing && kind !== 'serviceGraph' ? ['serviceGraph'] : []}
          value={kind}
          onChange={(queryType: TracewellQueryType) => change({ queryType })}
        />
        {isId && <Badge color="blue" icon="gf-traces" text="Trace id" />}
        {isMetrics && <MetricsOptions query={query} comparison={isComparison} onChange={change} />}
        {!isId && !isMetrics && kind !== 'serviceGraph' && (
          <SearchOptions query={query} capabilities={capabilities} onChange={change} />
        )}
        <span className={styles.note}>{noteOf(isId, hint, text, part !== undefined)}</span>
      </div>
      {part !== undefined && (
        <SearchBuilder
          host={host}
          conditions={part.conditions}
          rest={part.rest}
          onChange={(conditions) => run(withBuilderPart({ ...part, conditions }))}
        />
      )}
      <TraceQlEditor
        host={host}
        value={text}
        error={problem}
        diagnose={isPlain}
        placeholder={placeholders[kind]}
        onChange={write}
        onRun={run}
        testId="tracewell-query"
        errorTestId="tracewell-query-error"
      />
    </div>
  );
}

function noPages(): string {
  return '';
}

function noteOf(isId: boolean, hint: string | undefined, text: string, hasBuilder: boolean): string {
  if (isId) {
    return hint ?? 'Found at any time, whatever the time range.';
  }
  if (hint !== undefined) {
    return hint;
  }
  if (hasBuilder || text.trim() === '') {
    return '';
  }
  return isWellFormed(text)
    ? 'This query says more than the builder can show.'
    : text.includes('$')
      ? 'With variables, the query is edited as text.'
      : 'The builder is back once the query can be read.';
}

function getStyles(theme: GrafanaTheme2) {
  return {
    editor: css({ display: 'flex', flexDirection: 'column', gap: theme.spacing(1), padding: theme.spacing(0.5, 0) }),
    row: css({ display: 'flex', alignItems: 'center', flexWrap: 'wrap', gap: theme.spacing(1) }),
    note: css({ color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
  };
}

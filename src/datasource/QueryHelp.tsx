// SPDX-License-Identifier: Apache-2.0
//
// The cheat sheet: examples that run with a click.
import { css } from '@emotion/css';
import type { GrafanaTheme2, QueryEditorHelpProps } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import type { TracewellQuery } from '../model/query.ts';

interface Example {
  readonly title: string;
  readonly text: string;
  readonly query: Omit<TracewellQuery, 'refId'>;
}

const examples: readonly Example[] = [
  {
    title: 'Traces with an error',
    text: 'Any span of the trace failed.',
    query: { queryType: 'traceql', query: '{ status = error }' },
  },
  {
    title: 'Slow requests of one service',
    text: 'The span itself took longer, whatever the rest of the trace did.',
    query: {
      queryType: 'traceql',
      query: '{ resource.service.name = "checkout" && duration > 300ms }',
      order: 'slowest',
    },
  },
  {
    title: 'An attribute that matches',
    text: 'Regular expressions match the whole value. Without a scope, .name looks at spans and resources.',
    query: { queryType: 'traceql', query: '{ span.http.response.status_code >= 500 || span.http.route =~ "/api/.*" }' },
  },
  {
    title: 'One service below another',
    text: 'A database call anywhere below a server span.',
    query: { queryType: 'traceql', query: '{ kind = server } >> { span.db.system.name != nil }' },
  },
  {
    title: 'Many spans of one kind',
    text: 'Traces in which one filter matches more than ten spans.',
    query: { queryType: 'traceql', query: '{ span.db.system.name != nil } | count() > 10' },
  },
  {
    title: 'Rate by service',
    text: 'Numbers over time, with examples that open their trace.',
    query: { queryType: 'traceql', query: '{ kind = server } | rate() by (resource.service.name)' },
  },
  {
    title: 'Slowest requests over time',
    text: 'Quantiles of the durations, estimated from powers of two.',
    query: { queryType: 'traceql', query: '{ kind = server } | quantile_over_time(duration, .5, .95, .99)' },
  },
  {
    title: 'Durations as a heatmap',
    text: 'How many spans took how long, and when.',
    query: { queryType: 'traceql', query: '{ kind = server } | histogram_over_time(duration)' },
  },
  {
    title: 'What failed spans have that others have not',
    text: 'Each attribute and value, by the difference between the selection and the rest.',
    query: { queryType: 'traceql', query: '{ kind = server } | compare({ status = error })' },
  },
  {
    title: 'The slowest failed trace',
    text: 'One trace, drawn at once: also good for a panel.',
    query: { queryType: 'match', query: '{ status = error }', order: 'slowest' },
  },
  {
    title: 'Who calls whom',
    text: 'The service graph of the time range.',
    query: { queryType: 'serviceGraph', query: '' },
  },
];

export function QueryHelp({ onClickExample }: QueryEditorHelpProps<TracewellQuery>) {
  const styles = useStyles2(getStyles);
  return (
    <div>
      <h2>TraceQL in short</h2>
      <p>
        A trace id opens its trace. Anything else is TraceQL: braces hold conditions on one span; the answer is the
        traces that have such a span.
      </p>
      <div className={styles.examples}>
        {examples.map(({ title, text, query }) => (
          <button
            key={title}
            type="button"
            className={styles.example}
            onClick={() => onClickExample({ refId: 'A', ...query })}
          >
            <span className={styles.title}>{title}</span>
            {query.query !== '' && <code>{query.query}</code>}
            <span className={styles.text}>{text}</span>
          </button>
        ))}
      </div>
    </div>
  );
}

function getStyles(theme: GrafanaTheme2) {
  return {
    examples: css({
      display: 'grid',
      gridTemplateColumns: 'repeat(auto-fill, minmax(320px, 1fr))',
      gap: theme.spacing(1),
    }),
    example: css({
      display: 'flex',
      flexDirection: 'column',
      alignItems: 'flex-start',
      gap: theme.spacing(0.5),
      padding: theme.spacing(1, 1.5),
      textAlign: 'left',
      color: theme.colors.text.primary,
      background: theme.colors.background.secondary,
      border: `1px solid ${theme.colors.border.weak}`,
      borderRadius: theme.shape.radius.default,
      '&:hover': { background: theme.colors.emphasize(theme.colors.background.secondary, 0.03) },
      '& code': { whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' },
    }),
    title: css({ fontWeight: theme.typography.fontWeightMedium }),
    text: css({ color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
  };
}

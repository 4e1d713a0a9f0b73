// SPDX-License-Identifier: Apache-2.0
//
// How the store runs the query: in words, and step by step with rows, time and SQL. Asked for when it is opened, because the query is
// run once more for it.
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { useAnswer } from '../data/use-answer.ts';
import { countOf, formatCount, formatDuration } from '../format/index.ts';
import type { Host, SearchOrder } from '../host.ts';
import { ErrorNotice, Progress } from '../states/index.ts';
import { testIds } from '../test-ids.ts';

interface Props {
  readonly host: Host;
  readonly query: string;
  readonly order: SearchOrder;
  readonly limit: number;
  /** Of a metrics query over time. */
  readonly stepMs?: number;
}

export function PlanPanel({ host, query, order, limit, stepMs }: Props) {
  const styles = useStyles2(getStyles);
  const { from, to } = host.time.range;
  const answer = useAnswer(JSON.stringify([query, order, limit, stepMs, from, to]), (signal) =>
    host.data.explain(
      {
        query: query === '' ? '{}' : query,
        range: { from, to },
        order,
        limit,
        ...(stepMs === undefined ? {} : { stepMs }),
      },
      signal
    )
  );
  const { value } = answer;
  return (
    <section className={styles.panel} aria-label="Plan of the query" data-testid={testIds.plan.panel} tabIndex={0}>
      <Progress loading={answer.loading} onCancel={answer.cancel} label="Running the query" />
      {answer.error !== undefined && (
        <ErrorNotice title="The query could not be explained" error={answer.error} onRetry={answer.retry} />
      )}
      {value !== undefined && (
        <>
          <pre className={styles.words}>{value.plan}</pre>
          <p className={styles.sum}>
            {formatDuration(Math.round(value.milliseconds * 1e6))} in all, {countOf(value.inspectedSpans, 'span')}{' '}
            looked at, {formatCount(value.found)} in the answer
          </p>
          <table className={styles.steps}>
            <thead>
              <tr>
                <th scope="col">Step</th>
                <th scope="col">Block</th>
                <th scope="col">Rows</th>
                <th scope="col">Time</th>
                <th scope="col">SQL</th>
              </tr>
            </thead>
            <tbody>
              {value.steps.map(({ what, block, sql, rows, milliseconds }, index) => (
                <tr key={index}>
                  <td>{what}</td>
                  <td>{block}</td>
                  <td>{formatCount(rows)}</td>
                  <td>{formatDuration(Math.round(milliseconds * 1e6))}</td>
                  <td>
                    {sql !== undefined && (
                      <details>
                        <summary>{sql.slice(0, 80)}</summary>
                        <pre className={styles.sql}>{sql}</pre>
                      </details>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </section>
  );
}

function getStyles(theme: GrafanaTheme2) {
  const plain = {
    margin: 0,
    padding: 0,
    border: 'none',
    background: 'transparent',
    color: theme.colors.text.primary,
    fontSize: theme.typography.bodySmall.fontSize,
    whiteSpace: 'pre-wrap',
  } as const;
  return {
    panel: css({
      flex: '0 1 auto',
      minHeight: 80,
      maxHeight: '40vh',
      overflow: 'auto',
      padding: theme.spacing(1),
      borderRadius: theme.shape.radius.default,
      background: theme.colors.background.secondary,
      fontSize: theme.typography.bodySmall.fontSize,
    }),
    words: css(plain),
    sql: css({ ...plain, fontFamily: theme.typography.fontFamilyMonospace, overflowWrap: 'anywhere' }),
    sum: css({ margin: theme.spacing(1, 0), color: theme.colors.text.secondary }),
    steps: css({
      width: '100%',
      fontVariantNumeric: 'tabular-nums',
      '& th': { color: theme.colors.text.secondary, fontWeight: theme.typography.fontWeightRegular, textAlign: 'left' },
      '& th, & td': { padding: theme.spacing(0.25, 1, 0.25, 0), verticalAlign: 'top' },
      '& th:nth-child(3), & th:nth-child(4), & td:nth-child(3), & td:nth-child(4)': {
        textAlign: 'right',
        whiteSpace: 'nowrap',
      },
      '& td:last-child': { width: '50%' },
      '& summary': {
        fontFamily: theme.typography.fontFamilyMonospace,
        color: theme.colors.text.secondary,
        cursor: 'pointer',
      },
    }),
  };
}

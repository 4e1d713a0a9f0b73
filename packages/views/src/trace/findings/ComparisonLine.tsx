// SPDX-License-Identifier: Apache-2.0
//
// One line: how this trace compares with others of its operation. The line is there from the beginning and stays, so
// that the answer moves nothing.

import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Icon, LinkButton, useStyles2 } from '@grafana/ui';
import { useMemo, useState } from 'react';
import type { Trace } from '@tracewell/trace';
import { useAnswer } from '../../data/use-answer.ts';
import type { Host } from '../../host.ts';
import { traceTestIds } from '../test-ids.ts';
import { compare, operationOf, operationQuery } from './comparison.ts';

interface ComparisonLineProps {
  readonly host: Host;
  readonly trace: Trace;
}

function getStyles(theme: GrafanaTheme2) {
  return {
    line: css({
      display: 'flex',
      alignItems: 'center',
      gap: theme.spacing(1),
      height: 24,
      fontSize: theme.typography.bodySmall.fontSize,
    }),
    quiet: css({ color: theme.colors.text.secondary }),
    text: css({ overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' }),
    slow: css({ color: theme.colors.warning.text, flex: 'none' }),
    usual: css({ color: theme.colors.text.secondary, flex: 'none' }),
  };
}

/** For hosts that can answer `red`. Nothing for a trace whose beginning is missing. */
export function ComparisonLine({ host, trace }: ComparisonLineProps) {
  const styles = useStyles2(getStyles);
  const [now] = useState(Date.now);
  const operation = useMemo(() => operationOf(trace, now), [trace, now]);
  const key =
    operation === undefined ? undefined : JSON.stringify([operation.service, operation.name, operation.range]);
  const answer = useAnswer(key, async (signal) => {
    if (operation === undefined) return undefined;
    const { range } = operation;
    const request = { query: operationQuery(operation), range, buckets: 1, rootsOnly: true, exemplars: 0 };
    return compare(operation, (await host.data.red(request, signal)).total);
  });
  if (operation === undefined) return null;
  const { value } = answer;
  const text =
    value?.sentence ??
    (answer.error === undefined
      ? 'Comparing with other requests of this operation'
      : `It could not be compared with other requests of this operation: ${answer.error.message}`);
  return (
    <div className={cx(styles.line, value?.slow !== true && styles.quiet)} data-testid={traceTestIds.comparison}>
      <Icon
        name={value?.slow === true ? 'exclamation-triangle' : 'clock-nine'}
        size="sm"
        className={value?.slow === true ? styles.slow : styles.usual}
      />
      <span className={styles.text} title={text}>
        {text}
      </span>
      {value?.usual !== undefined && (
        <LinkButton
          size="sm"
          fill="text"
          href={host.navigation.href('search', {
            q: operationQuery(operation, value.usual),
            from: String(operation.range.from),
            to: String(operation.range.to),
            order: 'slowest',
          })}
        >
          slow traces
        </LinkButton>
      )}
    </div>
  );
}

// SPDX-License-Identifier: Apache-2.0
//
// What Search shows for a metrics query: a line with what can be changed about the drawing, and the answer.
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Combobox, RadioButtonGroup, useStyles2 } from '@grafana/ui';
import { countOf, formatDuration, zoneName } from '../format/index.ts';
import { Labelled } from '../forms/Labelled.tsx';
import type { Host, MetricsAnswer } from '../host.ts';
import { searchKeys } from '../search/keys.ts';
import { useAttributeOptions } from '../search/use-value-options.ts';
import { KeyHelp } from '../states/index.ts';
import { testIds } from '../test-ids.ts';
import { groupsOf, splitBy } from './drill.ts';
import { MetricsResult } from './MetricsResult.tsx';
import type { MetricsSearchState } from './use-metrics-search.ts';

interface Props {
  readonly host: Host;
  /** As the address has it; the answer may still be that of another. */
  readonly query: string;
  readonly search: MetricsSearchState;
}

const shapes = [
  { value: 'time' as const, label: 'Over time' },
  { value: 'table' as const, label: 'Table', description: 'One value for the whole time range' },
];

export function MetricsSearch({ host, query, search }: Props) {
  const styles = useStyles2(getStyles);
  const { value } = search.answer;
  const loadAttributes = useAttributeOptions(host);
  if (value === undefined) {
    return null;
  }
  const comparison = value.kind.draw === 'comparison';
  const splittable = splitBy(query, [], 'status') !== undefined;
  return (
    <>
      <div className={styles.bar}>
        <strong data-testid={testIds.metrics.summary}>
          {comparison
            ? 'Selection and rest'
            : value.kind.draw === 'heatmap'
              ? countOf(sumOf(value), 'span')
              : countOf(value.series.length, 'series', 'series')}
        </strong>
        <span className={styles.words}>
          {value.instant ? 'over the whole range' : `step ${formatDuration(value.stepMs * 1e6)}`}, times in{' '}
          {zoneName(host.time.timeZone)}
        </span>
        <div className={styles.tools}>
          {splittable && (
            <Labelled name="Split by" key={groupsOf(query).join()}>
              {(id) => (
                <Combobox
                  aria-labelledby={id}
                  width={24}
                  createCustomValue
                  prefixIcon="code-branch"
                  placeholder="Split by"
                  options={loadAttributes}
                  onChange={(option) => {
                    const next = splitBy(query, [], option.value);
                    if (next !== undefined) {
                      host.navigation.setParams({ q: next });
                    }
                  }}
                />
              )}
            </Labelled>
          )}
          {!comparison && (
            <div data-testid={testIds.metrics.shape}>
              <RadioButtonGroup
                size="sm"
                aria-label="Shape of the answer"
                options={shapes}
                value={search.instant ? 'table' : 'time'}
                onChange={(shape) => host.navigation.setParams({ as: shape === 'table' ? shape : undefined })}
              />
            </div>
          )}
          <KeyHelp title="Keys of the search" lines={searchKeys} />
        </div>
      </div>
      <MetricsResult host={host} query={value.query} kind={value.kind} answer={value} instant={value.instant} />
    </>
  );
}

function sumOf({ series }: MetricsAnswer): number {
  return series.reduce((sum, { values }) => sum + values.reduce<number>((all, one) => all + (one ?? 0), 0), 0);
}

function getStyles(theme: GrafanaTheme2) {
  return {
    bar: css({ display: 'flex', alignItems: 'center', flexWrap: 'wrap', gap: theme.spacing(1), flex: '0 0 auto' }),
    words: css({ color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
    tools: css({ marginLeft: 'auto', display: 'flex', alignItems: 'center', gap: theme.spacing(1) }),
  };
}

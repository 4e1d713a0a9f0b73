// SPDX-License-Identifier: Apache-2.0
//
// The filter box of a trace and what belongs to it: how many match and where one is, only matches, critical path only.

import type { RefObject } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Checkbox, Icon, IconButton, Input, useStyles2 } from '@grafana/ui';
import { formatCount } from '../../format/index.ts';
import type { SpanFilter } from './use-span-filter.ts';
import type { TraceModel } from '../state/use-trace-model.ts';
import { traceTestIds } from '../test-ids.ts';

interface FilterBarProps {
  readonly model: TraceModel;
  readonly inputRef: RefObject<HTMLInputElement>;
  /** Where the focus goes when the typing is over. */
  readonly onLeave: () => void;
}

function getStyles(theme: GrafanaTheme2) {
  return {
    bar: css({
      display: 'flex',
      flexWrap: 'wrap',
      alignItems: 'center',
      gap: theme.spacing(1),
      flex: '1 1 440px',
      minWidth: 0,
      fontSize: theme.typography.bodySmall.fontSize,
    }),
    input: css({
      flex: '1 1 200px',
      minWidth: 140,
      '& input': { fontFamily: theme.typography.fontFamilyMonospace, fontSize: theme.typography.bodySmall.fontSize },
    }),
    count: css({
      display: 'flex',
      alignItems: 'center',
      fontVariantNumeric: 'tabular-nums',
      whiteSpace: 'nowrap',
      color: theme.colors.text.secondary,
    }),
    progress: css({
      fontSize: theme.typography.bodySmall.fontSize,
      whiteSpace: 'nowrap',
      fontVariantNumeric: 'tabular-nums',
      color: theme.colors.text.secondary,
    }),
    error: css({
      flex: '1 0 100%',
      color: theme.colors.error.text,
      whiteSpace: 'pre-wrap',
      fontFamily: theme.typography.fontFamilyMonospace,
      display: 'flex',
      gap: 4,
    }),
  };
}

/** How far the search for what was typed is; '' when it is over. */
function progressOf({ kind, indexed, progress }: SpanFilter): string {
  if (kind === 'text' && indexed < 1) return `${String(Math.round(indexed * 100))} % searched`;
  return progress === undefined ? '' : `${String(Math.round(progress * 100))} % searched`;
}

/** The filter of a trace. */
export function FilterBar({ model, inputRef, onLeave }: FilterBarProps) {
  const styles = useStyles2(getStyles);
  const { filter, filterText } = model;
  const found = filter.matches?.spans.length;
  return (
    <div className={styles.bar} role="search">
      <Input
        ref={inputRef}
        className={styles.input}
        prefix={<Icon name="search" />}
        placeholder="Text, or TraceQL: span.http.response.status_code >= 500"
        aria-label="Filter spans by text or TraceQL"
        data-testid={traceTestIds.filter}
        value={filterText}
        spellCheck={false}
        invalid={filter.error !== undefined}
        onChange={(event) => model.set({ q: event.currentTarget.value }, { replace: true })}
        onKeyDown={(event) => {
          if (event.key === 'Enter') {
            event.preventDefault();
            model.stepMatch(event.shiftKey ? -1 : 1);
          } else if (event.key === 'Escape') {
            event.preventDefault();
            if (filterText !== '') model.set({ q: undefined }, { replace: true });
            onLeave();
          } else if (event.key === 'ArrowDown') {
            event.preventDefault();
            onLeave();
          }
          event.stopPropagation();
        }}
        suffix={
          filterText === '' ? undefined : (
            <>
              <span className={styles.progress} data-testid={traceTestIds.filterProgress}>
                {progressOf(filter)}
              </span>
              <IconButton
                name="times"
                size="sm"
                aria-label="Clear the filter"
                onClick={() => model.set({ q: undefined })}
              />
            </>
          )
        }
      />
      {found !== undefined && (
        <span className={styles.count} data-testid={traceTestIds.matches} role="status">
          {model.matchNumber > 0 && `${formatCount(model.matchNumber)} / `}
          {formatCount(found)} of {formatCount(model.trace.length)}
          <IconButton
            name="angle-up"
            tooltip="Previous match ( N )"
            disabled={found === 0}
            onClick={() => model.stepMatch(-1)}
          />
          <IconButton
            name="angle-down"
            tooltip="Next match ( n )"
            disabled={found === 0}
            onClick={() => model.stepMatch(1)}
          />
        </span>
      )}
      <Checkbox
        label="only matches"
        value={model.onlyMatches}
        disabled={found === undefined && !model.onlyMatches}
        onChange={(event) => model.set({ matches: event.currentTarget.checked ? '1' : undefined })}
      />
      <Checkbox
        label="critical path only"
        value={model.criticalOnly}
        onChange={(event) => model.set({ critical: event.currentTarget.checked ? '1' : undefined })}
      />
      {filter.error !== undefined && (
        <span className={styles.error} role="alert" data-testid={traceTestIds.filterError}>
          {filter.error}
        </span>
      )}
    </div>
  );
}

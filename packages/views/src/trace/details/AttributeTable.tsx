// SPDX-License-Identifier: Apache-2.0
//
// Attributes as rows of key and value; each value can be copied, filtered for and filtered out. Values are text, always.

import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { ClipboardButton, Icon, IconButton, useStyles2 } from '@grafana/ui';
import { formatAttributeValue, type Attribute } from '@tracewell/trace';
import { fieldCondition, type FieldScope } from './field-query.ts';

interface AttributeTableProps {
  readonly attributes: readonly Attribute[];
  readonly scope: FieldScope;
  /** Adds a TraceQL condition to the filter of the trace. */
  readonly onFilter: (condition: string) => void;
  /** Address of the search for a condition. */
  readonly searchHref: (condition: string) => string;
  readonly label: string;
}

function getStyles(theme: GrafanaTheme2) {
  return {
    table: css({
      width: '100%',
      tableLayout: 'fixed',
      borderCollapse: 'collapse',
      fontSize: theme.typography.bodySmall.fontSize,
    }),
    row: css({
      borderBottom: `1px solid ${theme.colors.border.weak}`,
      '& [data-actions]': { opacity: 0 },
      '&:hover [data-actions], &:focus-within [data-actions]': { opacity: 1 },
      '&:hover': { background: theme.colors.action.hover },
    }),
    key: css({
      width: '38%',
      padding: '3px 8px 3px 0',
      verticalAlign: 'top',
      textAlign: 'left',
      fontWeight: theme.typography.fontWeightRegular,
      color: theme.colors.text.secondary,
      overflowWrap: 'anywhere',
    }),
    value: css({ position: 'relative', padding: '3px 0', verticalAlign: 'top' }),
    text: css({
      fontFamily: theme.typography.fontFamilyMonospace,
      whiteSpace: 'pre-wrap',
      overflowWrap: 'anywhere',
      maxHeight: 240,
      overflowY: 'auto',
    }),
    empty: css({ color: theme.colors.text.secondary }),
    actions: css({
      position: 'absolute',
      top: 1,
      right: 0,
      display: 'flex',
      alignItems: 'center',
      gap: 2,
      paddingLeft: 6,
      background: theme.colors.background.primary,
    }),
  };
}

function typeOf(value: Attribute['value']): string {
  if (value === null) return 'empty';
  if (typeof value === 'bigint') return 'int64';
  if (typeof value === 'number') return 'double';
  if (typeof value !== 'object') return typeof value;
  return value instanceof Uint8Array ? `${value.length} bytes` : 'entries' in value ? 'key-value list' : 'array';
}

/** A table of attributes. */
export function AttributeTable({ attributes, scope, onFilter, searchHref, label }: AttributeTableProps) {
  const styles = useStyles2(getStyles);
  return (
    <table className={styles.table} aria-label={label}>
      <tbody>
        {attributes.map(({ key, value }, index) => {
          const text = formatAttributeValue(value);
          const wanted = fieldCondition(scope, key, value, '=');
          const unwanted = fieldCondition(scope, key, value, '!=');
          return (
            <tr key={index} className={styles.row}>
              <th scope="row" className={styles.key}>
                {key}
              </th>
              <td className={styles.value}>
                <div className={styles.text} title={typeOf(value)}>
                  {text === '' ? <span className={styles.empty}>(empty)</span> : text}
                </div>
                <span className={styles.actions} data-actions="">
                  {wanted !== undefined && unwanted !== undefined && (
                    <>
                      <IconButton
                        name="search-plus"
                        size="sm"
                        tooltip="Filter for this value"
                        aria-label={`Filter for ${key}`}
                        onClick={() => onFilter(wanted)}
                      />
                      <IconButton
                        name="search-minus"
                        size="sm"
                        tooltip="Filter out this value"
                        aria-label={`Filter out ${key}`}
                        onClick={() => onFilter(unwanted)}
                      />
                      <a
                        href={searchHref(wanted)}
                        title="Search all traces for this value"
                        aria-label={`Search all traces for ${key}`}
                      >
                        <Icon name="external-link-alt" size="sm" />
                      </a>
                    </>
                  )}
                  <ClipboardButton
                    icon="copy"
                    size="sm"
                    fill="text"
                    variant="secondary"
                    aria-label={`Copy ${key}`}
                    getText={() => text}
                  />
                </span>
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
